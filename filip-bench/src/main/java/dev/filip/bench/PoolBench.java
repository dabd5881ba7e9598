package dev.filip.bench;

import dev.filip.search.Hit;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Item;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchOptions;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What pooling an index's rows costs: of copies of its first images, the share of the unpooled ten
 * best that is found by a file of queries, how often a caption's own image is the first or among
 * ten, bytes, milliseconds an exact scan.
 */
public final class PoolBench {
  private static final int IMAGES = 20_000;
  private static final int CAPTIONS = 1000;
  private static final int K = 10;
  private static final int COMMIT = 4096;

  private PoolBench() {}

  /** What is asked, and whose caption it is. */
  private record Asked(List<SearchQuery> queries, List<String> own) {}

  /**
   * @param arguments INDEX, unpooled and with captions, a file of queries, a folder to make, sizes
   */
  public static void main(String... arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[2]));
    try (Snapshot whole = Snapshot.open(Path.of(arguments[0]));
        PlainQueryEncoder encoder =
            PlainQueryEncoder.open(whole.about(), Path.of(whole.about().model()))) {
      Asked captions = captions(whole, encoder);
      List<SearchQuery> queries =
          Files.readAllLines(Path.of(arguments[1])).stream()
              .map(text -> SearchQuery.text(QueryText.literal(text), encoder))
              .toList();
      System.out.printf(
          "%-8s %9s %9s %9s %9s %9s %9s%n",
          "rows", "images", "recall@10", "R@1", "R@10", "token MB", "scan ms");
      List<List<String>> truth = line("all", copy(whole, folder, 0), queries, captions, List.of());
      for (String size : Arrays.asList(arguments).subList(3, arguments.length)) {
        line(size, copy(whole, folder, Integer.parseInt(size)), queries, captions, truth);
      }
    }
  }

  private static Asked captions(Snapshot whole, PlainQueryEncoder encoder) throws IOException {
    Asked asked = new Asked(new ArrayList<>(), new ArrayList<>());
    int[] count = {0};
    whole.forEach(item -> {
      boolean drawn = count[0]++ < IMAGES && count[0] % (IMAGES / CAPTIONS) == 0;
      if (drawn && !item.about().captions().isEmpty()) {
        String text = item.about().captions().getFirst();
        asked.queries.add(SearchQuery.text(QueryText.literal(text), encoder));
        asked.own.add(item.id());
      }
    });
    return asked;
  }

  private static Path copy(Snapshot whole, Path folder, int pool) throws IOException {
    Path copy = folder.resolve("pool-" + pool);
    IndexFiles.create(copy, pool == 0 ? whole.about() : whole.about().pooled(pool), false);
    List<Item> some = new ArrayList<>();
    int[] count = {0};
    try (IndexEditor editor = IndexEditor.open(copy)) {
      whole.forEach(item -> {
        if (count[0]++ < IMAGES) {
          some.add(item);
        }
        if (some.size() == COMMIT) {
          editor.add(some);
          some.clear();
        }
      });
      editor.add(some);
      editor.compact();
    }
    return copy;
  }

  /** Ids of the hits of each query. */
  private static List<List<String>> line(
      String name, Path index, List<SearchQuery> queries, Asked captions, List<List<String>> truth)
      throws IOException {
    SearchOptions options = SearchOptions.of(K).exact(true);
    try (Snapshot snapshot = Snapshot.open(index)) {
      List<List<String>> found =
          snapshot.find(queries, options).stream()
              .map(one -> one.hits().stream().map(Hit::id).toList())
              .toList();
      long same = 0;
      for (int q = 0; q < truth.size(); q++) {
        same += truth.get(q).stream().filter(found.get(q)::contains).count();
      }
      int first = 0;
      int among = 0;
      for (int q = 0; q < captions.own.size(); q++) {
        List<Hit> hits = snapshot.find(captions.queries.get(q), options).hits();
        List<String> ids = hits.stream().map(Hit::id).toList();
        first += ids.getFirst().equals(captions.own.get(q)) ? 1 : 0;
        among += ids.contains(captions.own.get(q)) ? 1 : 0;
      }
      double[] milliseconds = new double[queries.size()];
      for (int q = 0; q < milliseconds.length; q++) {
        long begun = System.nanoTime();
        snapshot.find(queries.get(q), options);
        milliseconds[q] = (System.nanoTime() - begun) / 1e6;
      }
      Arrays.sort(milliseconds);
      System.out.printf(
          Locale.ROOT,
          "%-8s %,9d %9.3f %8.1f%% %8.1f%% %9.1f %9.2f%n",
          name,
          snapshot.size(),
          truth.isEmpty() ? 1 : same / (double) (K * truth.size()),
          100.0 * first / captions.own.size(),
          100.0 * among / captions.own.size(),
          bytes(index) / 1e6,
          milliseconds[milliseconds.length / 2]);
      return found;
    }
  }

  private static long bytes(Path index) throws IOException {
    try (Stream<Path> files = Files.walk(index)) {
      return files
          .filter(file -> file.endsWith("images.tokens"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }
}
