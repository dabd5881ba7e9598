package dev.filip.http;

import static dev.filip.io.BadInput.require;

import java.time.Duration;
import java.util.Optional;

/**
 * How a server listens and what it bears.
 *
 * @param host address to listen on; {@code 0.0.0.0} for all
 * @param port 0 for any free one
 * @param token what clients of the API must send; none for an open server
 * @param cors origin whose pages may call the API, {@code *} for all; none for no other's
 * @param maxBody bytes of a request's body at most
 * @param concurrency requests that are worked on at once; more get 503 with Retry-After
 * @param timeout for a client to send a request
 * @param writable whether images may be added and removed
 * @param accessLog whether a line a request goes to standard error
 */
public record ServeOptions(
    String host,
    int port,
    Optional<String> token,
    Optional<String> cors,
    long maxBody,
    int concurrency,
    Duration timeout,
    boolean writable,
    boolean accessLog) {
  private static final int LEAST_CONNECTIONS = 64;
  private static final int CONNECTIONS = 16;

  public ServeOptions {
    require(port >= 0 && port < 1 << 16, "--port", port, "in 0..65535");
    require(maxBody > 0, "--max-body", maxBody, "> 0");
    require(concurrency > 0 && concurrency <= 1 << 16, "--concurrency", concurrency, "in 1..65536");
    require(timeout.isPositive(), "--timeout", timeout.toSeconds(), "> 0 seconds");
    token.ifPresent(text -> require(!text.isBlank(), "--token", "''", "not empty"));
  }

  /** Connections at most: clients that are slow to send or to read hold one each. */
  int connections() {
    return Math.max(LEAST_CONNECTIONS, CONNECTIONS * concurrency);
  }
}
