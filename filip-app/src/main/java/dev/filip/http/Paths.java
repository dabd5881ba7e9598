package dev.filip.http;

import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The paths that a server has, each with its methods: HEAD is answered where GET is, others with
 * 405 and what is allowed. For one thread.
 */
final class Paths {
  private final HttpRouting.Builder routing;
  private final Map<String, Set<String>> methods = new LinkedHashMap<>();

  Paths(HttpRouting.Builder routing) {
    this.routing = routing;
  }

  Paths get(String path, Handler handler) {
    return on(Method.GET, path, handler).on(Method.HEAD, path, handler);
  }

  Paths on(Method method, String path, Handler handler) {
    routing.route(method, path, handler);
    methods.computeIfAbsent(path, _ -> new LinkedHashSet<>()).add(method.text());
    return this;
  }

  /** When all paths are there. */
  void end() {
    methods.forEach((path, known) -> {
      String allowed = String.join(", ", known);
      routing.any(
          path,
          (request, response) -> {
            response.header("Allow", allowed);
            String asked = request.prologue().method().text();
            Gate.fail(
                request, response, 405, "the method must be one of " + allowed + ", got " + asked);
          });
    });
  }
}
