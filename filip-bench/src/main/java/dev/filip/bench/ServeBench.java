package dev.filip.bench;

import dev.filip.http.SearchServer;
import dev.filip.http.SearchService;
import dev.filip.http.ServeOptions;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the server adds to a search: the same query by the engine (words encoded, images ranked) and
 * over HTTP on one kept connection, in turn, in one JVM, after a warm-up. The overhead of a query
 * is the difference of the two: reading the request, what is kept beside the hits, JSON, both ways
 * through the socket, and the client's own reading.
 */
public final class ServeBench {
  private static final int K = 10;
  private static final int WARM = 2000;
  private static final int ROUNDS = 2000;

  private ServeBench() {}

  /**
   * @param arguments INDEX and a file of queries, one a line
   */
  public static void main(String... arguments) throws IOException {
    Path index = Path.of(arguments[0]);
    List<String> texts = Files.readAllLines(Path.of(arguments[1]));
    try (Snapshot snapshot = Snapshot.open(index)) {
      Path model = Path.of(snapshot.about().model());
      try (PlainQueryEncoder encoder = PlainQueryEncoder.open(snapshot.about(), model);
          SearchService service = SearchService.open(index, model);
          SearchServer server = SearchServer.start(service, options(false));
          HttpConnection client = new HttpConnection(server.port())) {
        run(snapshot, encoder, client, texts);
      }
    }
  }

  /** A server for a benchmark: any free port of this machine, sixteen places. */
  static ServeOptions options(boolean writable) {
    return new ServeOptions(
        "127.0.0.1",
        0,
        Optional.empty(),
        Optional.empty(),
        1 << 20,
        16,
        Duration.ofSeconds(30),
        writable,
        false);
  }

  private static void run(
      Snapshot snapshot, PlainQueryEncoder encoder, HttpConnection client, List<String> texts)
      throws IOException {
    double[] engine = new double[ROUNDS];
    double[] http = new double[ROUNDS];
    double[] overhead = new double[ROUNDS];
    double[] empty = new double[ROUNDS];
    long bytes = 0;
    for (int turn = -WARM; turn < ROUNDS; turn++) {
      String text = texts.get(Math.floorMod(turn, texts.size()));
      String path =
          "/api/search?literal=true&k="
              + K
              + "&q="
              + URLEncoder.encode(text, StandardCharsets.UTF_8);
      long begun = System.nanoTime();
      snapshot.find(SearchQuery.text(QueryText.literal(text), encoder), K, null);
      long found = System.nanoTime();
      int length = client.get(path).length();
      long answered = System.nanoTime();
      client.get("/health/live");
      long ended = System.nanoTime();
      if (turn >= 0) {
        engine[turn] = (found - begun) / 1e6;
        http[turn] = (answered - found) / 1e6;
        overhead[turn] = http[turn] - engine[turn];
        empty[turn] = (ended - answered) / 1e6;
        bytes += length;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%,d images, %d requests, %d bytes an answer%n",
        snapshot.size(),
        ROUNDS,
        bytes / ROUNDS);
    System.out.printf("%-28s %9s %9s %9s%n", "ms", "p50", "p90", "p99");
    line("engine", engine);
    line("over HTTP", http);
    line("overhead of a search", overhead);
    line("a request that does nothing", empty);
  }

  private static void line(String name, double[] milliseconds) {
    double[] sorted = milliseconds.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%-28s %9.3f %9.3f %9.3f%n",
        name,
        sorted[sorted.length / 2],
        sorted[sorted.length * 9 / 10],
        sorted[sorted.length * 99 / 100]);
  }
}
