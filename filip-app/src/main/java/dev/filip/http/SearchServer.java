package dev.filip.http;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A running server: REST over an index, and the page. A request is a virtual thread. Closing lets
 * the requests that are under way end, up to ten seconds. No path of a request reaches the file
 * system, and no address in one is fetched.
 */
public final class SearchServer implements AutoCloseable {
  /** Kept, or the garbage collector forgets the level. */
  private static final Logger HELIDON = Logger.getLogger("io.helidon");

  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final String TEXT = "; charset=utf-8";
  private static final Map<String, String> PAGE =
      Map.of(
          "index.html", "text/html" + TEXT,
          "page.js", "text/javascript" + TEXT,
          "page.css", "text/css" + TEXT,
          "openapi.json", "application/json");

  private final WebServer server;
  private final Places places;

  private SearchServer(WebServer server, Places places) {
    this.server = server;
    this.places = places;
  }

  /**
   * Starts; a port that is taken is {@link BadInput}.
   *
   * @param service what is served; borrowed
   */
  public static SearchServer start(SearchService service, ServeOptions options) {
    HELIDON.setLevel(Level.SEVERE); // a client that hangs up would be a stack trace
    Meters meters = new Meters(service::size);
    service.watch().ifPresent(meters::add);
    Places places = new Places(options.concurrency());
    HttpRouting.Builder routing = HttpRouting.builder().addFilter(new Gate(options, meters));
    Gate.failures(routing, service::withoutPlaces);
    Paths paths = new Paths(routing);
    page(paths);
    paths
        .get("/health/live", word("live"))
        .get("/health/ready", word("ready"))
        .get(
            "/metrics",
            (request, response) -> new Reply(Meters.TYPE, meters.text()).send(request, response));
    new SearchRoutes(service, options, places).register(paths);
    paths.end();
    WebServer server =
        WebServer.builder()
            .host(options.host())
            .port(options.port())
            .connectionOptions(SocketOptions.builder().readTimeout(options.timeout()).build())
            .idleConnectionTimeout(options.timeout())
            .idleConnectionPeriod(options.timeout())
            .maxPayloadSize(2 * options.maxBody()) // what is a little larger gets its answer
            .directHandlers(unread())
            .maxTcpConnections(options.connections())
            .shutdownGracePeriod(GRACE)
            .shutdownHook(false)
            .routing(routing)
            .build();
    requireFree(options);
    return new SearchServer(server.start(), places);
  }

  private static Handler word(String word) {
    return new Reply("text/plain" + TEXT, word.getBytes(StandardCharsets.UTF_8))::send;
  }

  /** Requests that are none get one line, too. */
  private static DirectHandlers unread() {
    DirectHandlers.Builder all = DirectHandlers.builder();
    for (DirectHandler.EventType event : DirectHandler.EventType.values()) {
      all.addHandler(event, (_, _, status, headers, _) -> Gate.unread(status, headers));
    }
    return all.build();
  }

  /** Helidon's own answer to a port that is taken is a stack trace in its log. */
  private static void requireFree(ServeOptions options) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(options.host(), options.port()));
    } catch (IOException e) {
      throw new BadInput(
          "cannot listen on " + options.host() + ":" + options.port() + ": " + Reasons.of(e), e);
    }
  }

  /** The files of the page, read once; there are no others. */
  private static void page(Paths paths) {
    PAGE.forEach((name, type) -> {
      byte[] bytes = resource(name);
      String path = name.equals("index.html") ? "/" : "/" + name;
      Reply page = new Reply(type, bytes, "no-cache");
      paths.get(path, page::send);
    });
  }

  private static byte[] resource(String name) {
    try (InputStream in = SearchServer.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the page's " + name + " is not in the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where requests are worked on. */
  Places places() {
    return places;
  }

  /** The port listened on. */
  public int port() {
    return server.port();
  }

  /** Stops listening, lets requests end, then stops. */
  @Override
  public void close() {
    server.stop();
  }
}
