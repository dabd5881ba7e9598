package dev.filip.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/**
 * A whole answer. It is sent when its request has given its place back, so that a client that is
 * slow to read holds none. The array is not copied.
 *
 * @param cache for the header Cache-Control; empty for none
 */
record Reply(String type, byte[] body, String cache) {
  Reply(String type, byte[] body) {
    this(type, body, "");
  }

  static Reply json(JsonNode body) {
    return new Reply("application/json", Json.line(body).getBytes(StandardCharsets.UTF_8));
  }

  /** To a request of HEAD without the body, with its length. */
  void send(ServerRequest request, ServerResponse response) {
    response.header("Content-Type", type);
    if (!cache.isEmpty()) {
      response.header("Cache-Control", cache);
    }
    if (request.prologue().method().equals(Method.HEAD)) {
      response.contentLength(body.length);
      response.send();
    } else {
      response.send(body);
    }
  }
}
