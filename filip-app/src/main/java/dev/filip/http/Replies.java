package dev.filip.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Parameters and bodies in, bodies out. Stateless. */
final class Replies {
  private static final int BLOCK = 1 << 16;

  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("filip-serve-clock").factory());

  private Replies() {}

  static void json(ServerResponse response, JsonNode body) {
    send(response, "application/json", Json.line(body).getBytes(StandardCharsets.UTF_8));
  }

  static void send(ServerResponse response, String type, byte[] body) {
    response.header("Content-Type", type);
    response.send(body);
  }

  /** A parameter of the query, if it is there and not empty. */
  static Optional<String> text(ServerRequest request, String name) {
    return request.query().first(name).asOptional().filter(value -> !value.isBlank());
  }

  static String required(ServerRequest request, String name) {
    return text(request, name)
        .orElseThrow(() -> Refused.wrong("parameter " + name + " must be given"));
  }

  /** A whole number of the query within bounds. */
  static int number(ServerRequest request, String name, int otherwise, int least, int most) {
    Optional<String> given = text(request, name);
    if (given.isEmpty()) {
      return otherwise;
    }
    int value;
    try {
      value = Integer.parseInt(given.get());
    } catch (NumberFormatException _) {
      value = least - 1;
    }
    if (value < least || value > most) {
      throw Refused.wrong(
          "parameter "
              + name
              + " must be a whole number in "
              + least
              + ".."
              + most
              + ", got "
              + given.get());
    }
    return value;
  }

  /** A number of the query, if it is there. */
  static Optional<Double> decimal(ServerRequest request, String name) {
    Optional<String> given = text(request, name);
    try {
      return given.map(Double::valueOf);
    } catch (NumberFormatException _) {
      throw Refused.wrong("parameter " + name + " must be a number, got " + given.orElse(""));
    }
  }

  /**
   * The whole body.
   *
   * @throws Refused with 413 where it is larger than {@code most}, with 408 where it is not there
   *     within the time
   */
  static byte[] body(ServerRequest request, ServeOptions options) {
    long most = options.maxBody();
    long said = request.headers().contentLength().orElse(0);
    if (said > most) {
      throw new Refused(413, "the body must be at most " + most + " bytes, got " + said);
    }
    // a virtual thread that is interrupted while it reads gets its socket closed
    Thread reader = Thread.currentThread();
    AtomicBoolean late = new AtomicBoolean();
    Future<?> clock =
        CLOCK.schedule(
            () -> {
              late.set(true);
              reader.interrupt();
            },
            options.timeout().toMillis(),
            TimeUnit.MILLISECONDS);
    try (InputStream in = request.content().inputStream()) {
      return read(in, most, (int) Math.min(said, 1 << 20));
    } catch (Refused e) {
      throw e;
    } catch (IOException | RuntimeException e) { // Helidon has exceptions of its own for a cut
      throw late.get()
          ? new Refused(408, "the body must be sent within " + options.timeout().toSeconds() + " s")
          : Refused.wrong("the body ended early");
    } finally {
      clock.cancel(false);
      Thread.interrupted();
    }
  }

  private static byte[] read(InputStream in, long most, int likely) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream(likely);
    byte[] block = new byte[BLOCK];
    for (int n = in.read(block); n >= 0; n = in.read(block)) {
      all.write(block, 0, n);
      if (all.size() > most) {
        throw new Refused(413, "the body must be at most " + most + " bytes");
      }
    }
    return all.toByteArray();
  }
}
