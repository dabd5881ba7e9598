package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Places of requests and memory of bodies: who is told to come again, and whom that keeps off. */
@Tag("native")
class ServerLimitsTest {
  @TempDir static Path temp;
  private static Path index;
  private static Path picture;

  @BeforeAll
  static void make() throws IOException {
    index = Served.index(temp);
    picture = Served.pictures().get(1);
  }

  private static ServeOptions narrow(long maxBody, Duration timeout) {
    return new ServeOptions(
        "127.0.0.1", 0, Optional.empty(), Optional.empty(), maxBody, 1, timeout, false, false);
  }

  @Test
  void whenAllPlacesAreTakenOthersAreToldToComeAgain() throws Exception {
    try (Served other = Served.start(index, narrow(1 << 20, Duration.ofSeconds(2)))) {
      try (Places.Place _ = other.server.places().take()) {
        HttpResponse<byte[]> full = other.get("/api/search?q=red");
        Served.refused(full, 503, "all 1 places are taken: try again");
        assertThat(full.headers().firstValue("Retry-After")).hasValue("1");
        HttpRequest upload =
            other.request("/api/search").POST(BodyPublishers.ofFile(picture)).build();
        Served.refused(other.send(upload), 503, "try again");
        assertThat(other.get("/health/ready").statusCode()).isEqualTo(200);
      }
      assertThat(other.get("/api/search?q=red").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void picturesLeavePlacesToWords() throws Exception {
    ServeOptions four =
        new ServeOptions(
            "127.0.0.1",
            0,
            Optional.empty(),
            Optional.empty(),
            1 << 20,
            4,
            Duration.ofSeconds(2),
            false,
            false);
    try (Served other = Served.start(index, four)) {
      Places places = other.server.places();
      HttpRequest upload =
          other.request("/api/search").POST(BodyPublishers.ofFile(picture)).build();
      try (Places.Place _ = places.takeForPicture();
          Places.Place _ = places.takeForPicture();
          Places.Place _ = places.takeForPicture()) {
        HttpResponse<byte[]> full = other.send(upload);
        Served.refused(full, 503, "all 3 places for pictures are taken: try again");
        assertThat(full.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(other.get("/api/search?q=red").statusCode()).isEqualTo(200);
      }
      assertThat(other.send(upload).statusCode()).isEqualTo(200);
    }
  }

  /** Sends a body's beginning, and then nothing. */
  private static Socket slow(Served server, int said, int sent) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.server.port());
    String head = "POST /api/search HTTP/1.1\r\nHost: x\r\nContent-Length: " + said + "\r\n\r\n";
    OutputStream out = socket.getOutputStream();
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(new byte[sent]);
    out.flush();
    return socket;
  }

  /** Of one place: clients that send half a picture do not hold it, and are dropped in time. */
  @Test
  void whoIsSlowToSendHoldsNoPlace() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try (Served other = Served.start(index, narrow(1 << 20, Duration.ofSeconds(2)))) {
      for (int i = 0; i < 12; i++) {
        slow.add(slow(other, 200_000, 100_000));
      }
      HttpRequest upload =
          other.request("/api/search").POST(BodyPublishers.ofFile(picture)).build();
      for (int i = 0; i < 20; i++) {
        assertThat(other.get("/api/search?q=red").statusCode()).isEqualTo(200);
        assertThat(other.send(upload).statusCode()).isEqualTo(200);
      }
      for (Socket socket : slow) {
        socket.setSoTimeout(20_000);
        assertThat(socket.getInputStream().readAllBytes()).isEmpty(); // hung up on
      }
      String metrics = new String(other.get("/metrics").body(), StandardCharsets.UTF_8);
      assertThat(metrics).contains("{path=\"/api/search\",status=\"408\"} 12.0");
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  /** Memory for bodies is that of the largest at every place, and a block for every connection. */
  @Test
  void whatSlowClientsHaveSentIsBounded() throws Exception {
    int most = 4 << 16;
    ServeOptions options = narrow(most, Duration.ofSeconds(60));
    List<Socket> slow = new ArrayList<>();
    try (Served other = Served.start(index, options)) {
      HttpRequest upload =
          other.request("/api/search").POST(BodyPublishers.ofFile(picture)).build();
      assertThat(other.send(upload).statusCode()).isEqualTo(200); // libtorch is loaded
      int blocks = 4 + options.connections();
      for (int held = 0; held < blocks; held += 4) {
        slow.add(slow(other, most, most - 10));
      }
      HttpResponse<byte[]> full = other.send(upload);
      while (full.statusCode() == 200 && slow.size() < options.connections() - 4) {
        slow.add(slow(other, most, 10)); // for each that found no memory beside a picture
        Thread.sleep(50);
        full = other.send(upload);
      }
      Served.refused(full, 503, "bodies take all memory for them");
      assertThat(full.headers().firstValue("Retry-After")).hasValue("1");
      assertThat(other.get("/api/search?q=red").statusCode()).isEqualTo(200);
      for (Socket socket : slow) {
        socket.close();
      }
      long end = System.nanoTime() + Duration.ofSeconds(40).toNanos();
      HttpResponse<byte[]> later = full;
      while (later.statusCode() == 503 && System.nanoTime() < end) {
        Thread.sleep(20);
        later = other.send(upload);
      }
      assertThat(later.statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }
}
