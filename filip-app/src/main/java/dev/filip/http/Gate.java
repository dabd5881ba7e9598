package dev.filip.http;

import dev.filip.io.BadInput;
import dev.filip.io.Json;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.Method;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What every request passes: counting, the log, other origins, the token; and what every failure
 * becomes, one JSON line. Thread-safe.
 */
final class Gate implements Filter {
  /** Paths that are counted and logged by name; others are one. */
  private static final List<String> KNOWN =
      List.of(
          "/",
          "/page.js",
          "/page.css",
          "/openapi.json",
          "/metrics",
          "/health/live",
          "/health/ready",
          "/api/search",
          "/api/explain",
          "/api/thumbnail",
          "/api/images",
          "/api/stats");

  private static final String POLICY =
      "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none';"
          + " frame-ancestors 'none'";

  private final ServeOptions options;
  private final Meters meters;

  Gate(ServeOptions options, Meters meters) {
    this.options = options;
    this.meters = meters;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    long begun = System.nanoTime();
    String path = request.path().path();
    String known = KNOWN.contains(path) ? path : "other";
    meters.begin();
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Content-Security-Policy", POLICY);
    options.cors().ifPresent(origin -> otherOrigins(response, origin));
    try {
      pass(chain, request, response, path);
    } finally {
      long nanos = System.nanoTime() - begun;
      int status = response.status().code();
      meters.end(known, status, nanos);
      if (options.accessLog()) {
        log(request, known, status, nanos);
      }
    }
    if (response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
      // Helidon would take what is left of the request for the next one
      throw new CloseConnectionException("the request was not read to its end");
    }
  }

  private void pass(
      FilterChain chain, RoutingRequest request, RoutingResponse response, String path) {
    if (request.prologue().method().equals(Method.OPTIONS) && options.cors().isPresent()) {
      response.status(204).send();
      return;
    }
    if (path.startsWith("/api/") && !allowed(request)) {
      response.header("WWW-Authenticate", "Bearer");
      fail(request, response, 401, "this server wants a token: Authorization: Bearer TOKEN");
      return;
    }
    chain.proceed();
  }

  /** A browser's pictures cannot send headers: there the token may be a parameter. */
  private boolean allowed(RoutingRequest request) {
    if (options.token().isEmpty()) {
      return true;
    }
    String bearer =
        request
            .headers()
            .first(HeaderNames.AUTHORIZATION)
            .orElse("")
            .replaceFirst("(?i)^Bearer +", "");
    String given = bearer.isEmpty() ? request.query().first("token").orElse("") : bearer;
    return MessageDigest.isEqual(bytes(given), bytes(options.token().get()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void otherOrigins(RoutingResponse response, String origin) {
    response.header("Access-Control-Allow-Origin", origin);
    response.header("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS");
    response.header("Access-Control-Allow-Headers", "Authorization, Content-Type");
    response.header("Vary", "Origin");
  }

  /**
   * What failures of a handler become.
   *
   * @param hiding takes out of a line what is nobody's business
   */
  static void failures(HttpRouting.Builder routing, UnaryOperator<String> hiding) {
    routing.error(
        Refused.class,
        (request, response, e) -> {
          if (e.status() == 503) {
            response.header("Retry-After", "1");
          }
          if (e.hangsUp()) {
            response.header(HeaderValues.CONNECTION_CLOSE);
          }
          fail(request, response, e.status(), e.line());
        });
    routing.error(
        BadInput.class,
        (request, response, e) ->
            fail(request, response, 400, hiding.apply(String.valueOf(e.getMessage()))));
    routing.error(
        HttpException.class,
        (request, response, e) ->
            fail(request, response, e.status().code(), String.valueOf(e.getMessage())));
    routing.error(
        RuntimeException.class,
        (request, response, e) -> {
          System.err.println("filip serve: " + request.path().path() + ": " + e);
          fail(request, response, 500, "the server failed at this request; its log says why");
        });
  }

  /** What a request gets that cannot be read as one: nothing of it has passed the gate. */
  static DirectHandler.TransportResponse unread(Status status, ServerResponseHeaders headers) {
    String line =
        switch (status.code()) {
          case 400 -> "the request must be one of HTTP/1.1, its body without a Content-Encoding";
          case 505 -> "the version of HTTP must be 1.1";
          default -> status.reasonPhrase();
        };
    return DirectHandler.TransportResponse.builder()
        .status(status)
        .headers(headers)
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .entity(Json.line(Json.object().put("error", line)))
        .keepAlive(false)
        .build();
  }

  /** Answers with one line, unless an answer has begun. */
  static void fail(ServerRequest request, ServerResponse response, int status, String line) {
    if (!response.isSent()) {
      response.status(status);
      Reply.json(Json.object().put("error", line)).send(request, response);
    }
  }

  private static void log(RoutingRequest request, String path, int status, long nanos) {
    System.err.printf(
        "%s %s %s %s %d %.1f ms%n",
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        request.remotePeer().host(),
        request.prologue().method().text(),
        path,
        status,
        nanos / 1e6);
  }
}
