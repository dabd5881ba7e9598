package dev.filip.bench;

import dev.filip.search.Found;
import dev.filip.search.Hit;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchOptions;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * An index's own plan beside its exact scan, query by query in turn, after a warm-up: milliseconds,
 * queries a second, the share of the exact ten best that the plan finds, images scored. Then all
 * queries together, which share passes, by both. Encoding is counted apart.
 */
public final class SearchBench {
  private static final int K = 10;
  private static final int WARM = 20;

  private SearchBench() {}

  /**
   * @param arguments INDEX and a file of queries, one a line
   */
  public static void main(String... arguments) throws IOException {
    Path index = Path.of(arguments[0]);
    List<String> texts = Files.readAllLines(Path.of(arguments[1]));
    try (Snapshot snapshot = Snapshot.open(index);
        PlainQueryEncoder encoder =
            PlainQueryEncoder.open(snapshot.about(), Path.of(snapshot.about().model()))) {
      run(snapshot, encoder, texts);
    }
  }

  private static void run(Snapshot snapshot, PlainQueryEncoder encoder, List<String> texts)
      throws IOException {
    double[] encode = new double[texts.size()];
    double[] exact = new double[texts.size()];
    double[] plan = new double[texts.size()];
    long scored = 0;
    long found = 0;
    Found.Plan kind = Found.Plan.EXACT;
    for (int turn = -WARM; turn < texts.size(); turn++) {
      String text = texts.get(Math.floorMod(turn, texts.size()));
      long begun = System.nanoTime();
      SearchQuery query = SearchQuery.text(QueryText.literal(text), encoder);
      long encoded = System.nanoTime();
      Found some = snapshot.find(query, K, null);
      long planned = System.nanoTime();
      List<Hit> all = snapshot.search(query, K, null);
      long ended = System.nanoTime();
      if (turn >= 0) {
        encode[turn] = (encoded - begun) / 1e6;
        plan[turn] = (planned - encoded) / 1e6;
        exact[turn] = (ended - planned) / 1e6;
        scored += some.scored();
        kind = some.plan();
        found += all.stream().filter(some.hits()::contains).count();
      }
    }
    System.out.printf(Locale.ROOT, "%,d images, %d queries%n", snapshot.size(), texts.size());
    System.out.printf("%-10s %9s %9s %9s%n", "", "p50 ms", "p99 ms", "queries/s");
    line("encode", encode);
    line("exact", exact);
    line(kind == Found.Plan.CODES ? "codes" : "exact", plan);
    System.out.printf(
        Locale.ROOT,
        "recall@10 %.4f, %.0f images scored a query%n",
        found / (double) (K * texts.size()),
        scored / (double) texts.size());
    List<SearchQuery> queries =
        texts.stream().map(text -> SearchQuery.text(QueryText.literal(text), encoder)).toList();
    together(snapshot, queries, kind);
  }

  /** All queries at once, twice by each plan in turn, of which the better counts. */
  private static void together(Snapshot snapshot, List<SearchQuery> queries, Found.Plan kind)
      throws IOException {
    double[] best = {Double.MAX_VALUE, Double.MAX_VALUE};
    for (int turn = 0; turn < 4; turn++) {
      SearchOptions options = SearchOptions.of(K).exact(turn % 2 == 0);
      long begun = System.nanoTime();
      snapshot.find(queries, options);
      best[turn % 2] = Math.min(best[turn % 2], (System.nanoTime() - begun) / 1e9);
    }
    System.out.printf(
        Locale.ROOT,
        "together: exact %.1f queries/s, %s %.1f queries/s%n",
        queries.size() / best[0],
        kind == Found.Plan.CODES ? "codes" : "exact",
        queries.size() / best[1]);
  }

  private static void line(String name, double[] milliseconds) {
    double[] sorted = milliseconds.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%-10s %9.2f %9.2f %9.1f%n",
        name,
        sorted[sorted.length / 2],
        sorted[Math.min(sorted.length - 1, (int) (sorted.length * 0.99))],
        1e3 * sorted.length / Arrays.stream(milliseconds).sum());
  }
}
