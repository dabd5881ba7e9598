package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A minute (an hour under {@code -Pfull}) of clients of every kind at once: words, pictures, pages,
 * changes, bodies too large, connections cut in the middle, clients that send a byte a second.
 */
@Tag("native")
class LoadTest {
  private static final int SECONDS = Integer.getInteger("filip.load.seconds", 60);
  private static final long MEGABYTE = 1 << 20;

  @TempDir Path temp;
  private final Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();
  private final AtomicInteger closed = new AtomicInteger();
  private volatile long end;

  private interface Client {
    void once() throws Exception;
  }

  private void count(int status) {
    answers.computeIfAbsent(status, _ -> new AtomicInteger()).incrementAndGet();
  }

  private Future<?> run(ExecutorService all, Client client) {
    return all.submit(() -> {
      while (System.nanoTime() < end) {
        client.once();
      }
      return null;
    });
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void everyKindOfClientAtOnce() throws Exception {
    ServeOptions options =
        new ServeOptions(
            "127.0.0.1",
            0,
            Optional.empty(),
            Optional.empty(),
            MEGABYTE,
            4,
            Duration.ofSeconds(3),
            true,
            false);
    byte[] picture = Files.readAllBytes(Served.pictures().getFirst());
    try (Served served = Served.start(Served.index(temp), options);
        var all = Executors.newVirtualThreadPerTaskExecutor()) {
      ask(served, served.request("/api/search?q=red"));
      ask(served, served.request("/api/search").POST(BodyPublishers.ofByteArray(picture)));
      long before = used();
      end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
      List<Future<?>> clients = new ArrayList<>();
      AtomicInteger number = new AtomicInteger();
      for (int i = 0; i < 3; i++) {
        clients.add(
            run(
                all,
                () ->
                    ask(
                        served,
                        served.request(
                            "/api/search?k=20&q=red+circle+" + number.incrementAndGet()))));
      }
      clients.add(
          run(
              all,
              () ->
                  ask(
                      served,
                      served.request("/api/search").POST(BodyPublishers.ofByteArray(picture)))));
      clients.add(run(all, () -> change(served, picture)));
      clients.add(run(all, () -> large(served)));
      clients.add(run(all, () -> cut(served)));
      for (int i = 0; i < 8; i++) {
        clients.add(run(all, () -> slow(served)));
      }
      for (Future<?> client : clients) {
        client.get();
      }
      long after = used();
      System.err.printf("heap: %d MB before, %d MB after%n", before / MEGABYTE, after / MEGABYTE);
      assertThat(after - before).isLessThan(64 * MEGABYTE);
      assertThat(served.json("/api/search?q=red").path("hits")).isNotEmpty();
    }
    System.err.println("answers by status: " + answers + ", asked again: " + closed);
    int answered = answers.getOrDefault(200, new AtomicInteger()).get();
    assertThat(answered).isGreaterThan(SECONDS);
    assertThat(closed.get()).isLessThanOrEqualTo(1 + answered / 1000);
    assertThat(answers.keySet()).isSubsetOf(200, 400, 408, 413, 503);
  }

  /** Where a busy machine let a connection idle until it was closed, it asks once more. */
  private void ask(Served served, HttpRequest.Builder request) throws Exception {
    try {
      count(served.send(request.build()).statusCode());
    } catch (IOException _) {
      closed.incrementAndGet();
      count(served.send(request.build()).statusCode());
    }
  }

  private void change(Served served, byte[] picture) throws Exception {
    ask(served, served.request("/api/images?id=new").PUT(BodyPublishers.ofByteArray(picture)));
    ask(served, served.request("/api/images?id=new").DELETE());
    Thread.sleep(200);
  }

  /** Says how much is coming, and sends it, or says nothing. */
  private void large(Served served) throws Exception {
    try {
      byte[] much = new byte[(int) (3 * MEGABYTE)];
      var request = served.request("/api/search").POST(BodyPublishers.ofByteArray(much)).build();
      count(served.send(request).statusCode());
    } catch (IOException _) { // the server hung up in the middle of it: that is its right
      count(413);
    }
    Thread.sleep(50);
  }

  private static void cut(Served served) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", served.server.port())) {
      socket.setSoLinger(true, 0);
      send(socket, "POST /api/search HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nhalf");
    }
    Thread.sleep(20);
  }

  private static void slow(Served served) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", served.server.port())) {
      send(socket, "POST /api/search HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n");
      for (int i = 0; i < 6; i++) {
        send(socket, "x");
        Thread.sleep(1000);
      }
    } catch (IOException _) { // hung up on, as it should be
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
