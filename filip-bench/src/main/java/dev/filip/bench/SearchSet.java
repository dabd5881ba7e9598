package dev.filip.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.io.PeakMemory;
import dev.filip.search.Found;
import dev.filip.search.Hit;
import dev.filip.search.IndexEditor;
import dev.filip.search.Item;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchOptions;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One set of images for several search programs: an index, the same vectors as a file of halves,
 * and queries; and the search of it. Arguments:
 *
 * <ul>
 *   <li>{@code make} FOLDER STORE QUERIES.txt IMAGES real|made|made-alone: fills the empty index
 *       FOLDER/index from the token store, or with tokens made after it ({@link MadeTokens}), and
 *       (not {@code alone}) writes {@code images.f16}; encodes the queries into {@code queries.f32}
 *   <li>{@code run} FOLDER plan|exact [WARM]: searches, WARM queries (100) first that do not count;
 *       the ids of each query's ten best go to FOLDER/MODE.json, recall is against those of
 *       FOLDER/exact.json
 *   <li>{@code together} FOLDER: FOLDER/exact.json by one pass that all queries share
 * </ul>
 */
public final class SearchSet {
  private static final int K = 10;
  private static final int COMMIT = 1 << 15;
  private static final int MODELLED = 20_000;
  private static final String WARM = "100";

  private SearchSet() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]);
    switch (args[0]) {
      case "make" ->
          make(folder, Path.of(args[2]), Path.of(args[3]), Integer.parseInt(args[4]), args[5]);
      case "together" -> run(folder, (index, queries) -> together(folder, index, queries));
      default -> {
        int warm = Integer.parseInt(args.length > 3 ? args[3] : WARM);
        run(folder, (index, queries) -> search(folder, args[2], index, queries, warm));
      }
    }
  }

  private static void make(Path folder, Path store, Path queries, int images, String kind)
      throws IOException {
    float[][] real = MadeTokens.real(store, kind.equals("real") ? images : MODELLED);
    ObjectNode about = Json.object().put("images", images).put("kind", kind);
    double seconds = 0;
    try (IndexEditor index = IndexEditor.open(folder.resolve("index"));
        OutputStream halves =
            kind.equals("made-alone")
                ? OutputStream.nullOutputStream()
                : new BufferedOutputStream(
                    Files.newOutputStream(folder.resolve("images.f16")), 1 << 20)) {
      int d = index.now().about().d();
      MadeTokens made = new MadeTokens(real, d);
      about.put("width", d).put("patches", real[0].length / d);
      for (int from = 0; from < images; from += COMMIT) {
        int first = from;
        float[][] rows = new float[Math.min(COMMIT, images - from)][];
        IntStream.range(0, rows.length)
            .parallel()
            .forEach(i -> rows[i] = kind.equals("real") ? real[first + i] : made.image(first + i));
        long begun = System.nanoTime();
        index.add(items(rows, first, d));
        seconds += (System.nanoTime() - begun) / 1e9;
        write(rows, halves);
      }
      encode(folder, index.now(), queries, about);
    }
    Files.writeString(folder.resolve("about.json"), Json.line(about));
    ObjectNode line = Json.object().put("program", "ours").put("what", "build");
    line.put("images", images).put("seconds", seconds);
    System.out.println(Json.line(line));
  }

  private static List<Item> items(float[][] rows, int first, int d) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      items.add(
          new Item(
              "%07d".formatted(first + i),
              MadeTokens.item(rows[i], d),
              new Item.About(null, Json.object(), List.of(), null, "")));
    }
    return items;
  }

  private static void write(float[][] rows, OutputStream to) throws IOException {
    byte[] bytes = new byte[2 * rows[0].length];
    for (float[] image : rows) {
      MadeTokens.half(image, MemorySegment.ofArray(bytes));
      to.write(bytes);
    }
  }

  private static void encode(Path folder, Snapshot index, Path queries, ObjectNode about)
      throws IOException {
    ArrayNode lengths = about.putArray("lengths");
    try (PlainQueryEncoder encoder =
            PlainQueryEncoder.open(index.about(), Path.of(index.about().model()));
        OutputStream out = Files.newOutputStream(folder.resolve("queries.f32"))) {
      for (String text : Files.readAllLines(queries)) {
        QueryEncoder.Text encoded = encoder.text(text);
        lengths.add(encoded.pieces().size());
        ByteBuffer bytes =
            ByteBuffer.allocate(4 * encoded.rows().length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(encoded.rows());
        out.write(bytes.array());
      }
    }
    Files.copy(queries, folder.resolve("queries.txt"));
  }

  /** What is asked of the index. */
  private interface Search {
    void of(Snapshot index, List<SearchQuery> queries) throws IOException;
  }

  private static void run(Path folder, Search search) throws IOException {
    try (Snapshot index = Snapshot.open(folder.resolve("index"));
        PlainQueryEncoder encoder =
            PlainQueryEncoder.open(index.about(), Path.of(index.about().model()))) {
      List<SearchQuery> queries = new ArrayList<>();
      for (String text : Files.readAllLines(folder.resolve("queries.txt"))) {
        queries.add(SearchQuery.text(QueryText.literal(text), encoder));
      }
      search.of(index, queries);
    }
  }

  private static void search(
      Path folder, String mode, Snapshot index, List<SearchQuery> queries, int warm)
      throws IOException {
    boolean exact = mode.equals("exact");
    double[] ms = new double[queries.size()];
    List<List<String>> ids = new ArrayList<>();
    long scored = 0;
    double cold = 0;
    double top = 0;
    Found.Plan plan = Found.Plan.EXACT;
    for (int turn = -warm; turn < ms.length; turn++) {
      SearchQuery query = queries.get(Math.floorMod(turn, ms.length));
      long begun = System.nanoTime();
      Found found = exact ? index.scan(query, K, null) : index.find(query, K, null);
      double took = (System.nanoTime() - begun) / 1e6;
      cold = turn == -warm ? took : cold;
      if (turn >= 0) {
        ms[turn] = took;
        scored += found.scored();
        plan = found.plan();
        top += found.hits().getFirst().score() / ms.length;
        ids.add(found.hits().stream().map(Hit::id).toList());
      }
    }
    keep(folder, mode, ids);
    ObjectNode line = line("ours, " + (plan == Found.Plan.CODES ? "codes" : "exact"), index);
    line.put("cold_ms", cold).put("top", top);
    report(line, ms);
    line.put("recall", recall(folder, ids)).put("scored", scored / (double) ms.length);
    print(line, index);
  }

  /** Every image scored with every query, read once for all of them. */
  private static void together(Path folder, Snapshot index, List<SearchQuery> queries)
      throws IOException {
    long begun = System.nanoTime();
    List<Found> found = index.find(queries, SearchOptions.of(K).exact(true));
    double seconds = (System.nanoTime() - begun) / 1e9;
    List<List<String>> ids = new ArrayList<>();
    found.forEach(one -> ids.add(one.hits().stream().map(Hit::id).toList()));
    keep(folder, "exact", ids);
    ObjectNode line = line("ours, exact, one pass for all queries", index);
    line.put("seconds", seconds).put("together", queries.size() / seconds);
    print(line, index);
  }

  private static void keep(Path folder, String mode, List<List<String>> ids) throws IOException {
    Files.writeString(folder.resolve(mode + ".json"), Json.line(Json.mapper().valueToTree(ids)));
  }

  private static ObjectNode line(String program, Snapshot index) {
    return Json.object().put("program", program).put("what", "search").put("images", index.size());
  }

  private static void print(ObjectNode line, Snapshot index) throws IOException {
    line.put("bytes_per_image", index.info().get("bytes").asLong() / (double) index.size());
    line.put("peak_mib", PeakMemory.bytes().orElse(0) >> 20);
    System.out.println(Json.line(line));
  }

  private static void report(ObjectNode line, double[] milliseconds) {
    double[] sorted = milliseconds.clone();
    Arrays.sort(sorted);
    line.put("p50_ms", sorted[sorted.length / 2]);
    line.put("p99_ms", sorted[Math.min(sorted.length - 1, (int) (sorted.length * 0.99))]);
    line.put("queries_per_s", 1e3 * sorted.length / Arrays.stream(milliseconds).sum());
  }

  private static double recall(Path folder, List<List<String>> ids) throws IOException {
    var exact = Json.read(folder.resolve("exact.json"));
    long same = 0;
    for (int q = 0; q < ids.size(); q++) {
      for (var id : exact.get(q)) {
        same += ids.get(q).contains(id.asText()) ? 1 : 0;
      }
    }
    return same / (double) (K * ids.size());
  }
}
