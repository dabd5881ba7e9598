package dev.filip.bench;

import dev.filip.http.SearchServer;
import dev.filip.http.SearchService;
import dev.filip.search.IndexAbout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A server under pictures and words at once: 1, 2, 4 and 8 clients that each put a picture into the
 * index and search by it, in turn, beside one that searches by words. Answers a second, p50 and p99
 * of each kind, and the processor time that the whole process took, in user code and in the system.
 */
public final class UploadBench {
  private static final int[] CLIENTS = {1, 2, 4, 8};
  private static final Path STAT = Path.of("/proc/self/stat");

  /** Of a second, in {@code /proc}. */
  private static final double TICKS = 100;

  private final int port;
  private final byte[] picture;
  private volatile long end;

  private UploadBench(int port, byte[] picture) {
    this.port = port;
    this.picture = picture;
  }

  /**
   * @param arguments INDEX, which is written to, a picture, seconds for each number of clients
   */
  public static void main(String... arguments)
      throws IOException, InterruptedException, ExecutionException {
    Path index = Path.of(arguments[0]);
    byte[] picture = Files.readAllBytes(Path.of(arguments[1]));
    Duration each = Duration.ofSeconds(Integer.parseInt(arguments[2]));
    Path model = Path.of(IndexAbout.read(index).model());
    try (SearchService service = SearchService.open(index, model);
        SearchServer server = SearchServer.start(service, ServeBench.options(true))) {
      UploadBench bench = new UploadBench(server.port(), picture);
      bench.run(2, each);
      System.out.printf(
          "%-8s %9s %8s %8s %9s %8s %8s %9s %8s %8s %7s %6s %6s%n",
          "clients",
          "puts/s",
          "p50 ms",
          "p99",
          "by pic/s",
          "p50",
          "p99",
          "words/s",
          "p50",
          "p99",
          "refused",
          "user",
          "system");
      for (int clients : CLIENTS) {
        System.out.println(bench.run(clients, each));
      }
    }
  }

  /** What clients of one kind got: milliseconds of answers, and how many were refused. */
  private static final class Kind {
    private final List<Double> milliseconds = new ArrayList<>();
    private int refused;

    synchronized void add(int status, double time) throws IOException {
      if (status == 200) {
        milliseconds.add(time);
      } else if (status == 503) {
        refused++;
      } else {
        throw new IOException("answered with " + status);
      }
    }

    String line(double seconds) {
      double[] sorted = milliseconds.stream().mapToDouble(x -> x).sorted().toArray();
      return String.format(
          Locale.ROOT,
          "%9.1f %8.1f %8.1f",
          sorted.length / seconds,
          sorted[sorted.length / 2],
          sorted[sorted.length * 99 / 100]);
    }
  }

  private String run(int clients, Duration time)
      throws IOException, InterruptedException, ExecutionException {
    Kind puts = new Kind();
    Kind pictures = new Kind();
    Kind words = new Kind();
    double[] before = times();
    long begun = System.nanoTime();
    end = begun + time.toNanos();
    try (ExecutorService all = Executors.newCachedThreadPool()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        String put = "/api/images?id=client-" + i;
        running.add(
            all.submit(() -> {
              client(connection -> {
                ask(connection, "PUT", put, picture, puts);
                ask(connection, "POST", "/api/search", picture, pictures);
              });
              return null;
            }));
      }
      running.add(
          all.submit(() -> {
            client(connection -> {
              ask(connection, "GET", "/api/search?q=red+ball", new byte[0], words);
              Thread.sleep(10);
            });
            return null;
          }));
      for (Future<?> one : running) {
        one.get();
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    double[] after = times();
    return String.format(
        Locale.ROOT,
        "%-8d %s %s %s %7d %6.2f %6.2f",
        clients,
        puts.line(seconds),
        pictures.line(seconds),
        words.line(seconds),
        puts.refused + pictures.refused + words.refused,
        (after[0] - before[0]) / seconds,
        (after[1] - before[1]) / seconds);
  }

  private interface Turn {
    void once(HttpConnection connection) throws IOException, InterruptedException;
  }

  private void client(Turn turn) throws IOException, InterruptedException {
    try (HttpConnection connection = new HttpConnection(port)) {
      while (System.nanoTime() < end) {
        turn.once(connection);
      }
    }
  }

  private static void ask(
      HttpConnection connection, String method, String path, byte[] body, Kind kind)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    int status = connection.send(method, path, body).status();
    kind.add(status, (System.nanoTime() - begun) / 1e6);
    if (status == 503) {
      Thread.sleep(100);
    }
  }

  /** Seconds of a processor in user code and in the system, of this process. */
  private static double[] times() throws IOException {
    String stat = Files.readString(STAT);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Arrays.stream(fields, 11, 13).mapToDouble(x -> Long.parseLong(x) / TICKS).toArray();
  }
}
