package dev.filip.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A model hub of one model on two ports of this machine: one answers as the hub does, large files'
 * bytes are on the other, as on a network of caches. It answers well unless it was told other
 * manners. Thread-safe.
 */
public final class HubServer implements AutoCloseable {
  /** How one request for a file's bytes is answered. */
  public enum Manner {
    /** 429 with {@code Retry-After: 0}. */
    BUSY,
    /** 503. */
    BROKEN,
    /** Announces all, sends half, ends. */
    CUT,
    /** Sends half, then nothing for long. */
    STALL,
    /** All, a few bytes at a time. */
    SLOW,
    /** As many bytes, others. */
    WRONG,
    /** The whole file, whatever range was asked for. */
    WITHOUT_RANGES,
    /** 403, as an address whose time is over. */
    EXPIRED,
    /** 404. */
    GONE
  }

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final List<String> REVISIONS = List.of("main", "v1", "refs%2Fpr%2F1", COMMIT);
  private static final int LARGE = 4096;

  private final String model;
  private final Map<String, byte[]> files;
  private final Map<String, Queue<Manner>> manners = new ConcurrentHashMap<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final HttpServer hub;
  private final HttpServer store;
  private volatile @Nullable String token;
  private volatile String refusal = "RepoNotFound";

  /**
   * Starts.
   *
   * @param model {@code OWNER/NAME}
   * @param files by name; those of 4096 bytes and more are large ones
   */
  public HubServer(String model, Map<String, byte[]> files) throws IOException {
    this.model = model;
    this.files = new ConcurrentHashMap<>(files);
    this.hub = server(this::hub);
    this.store = server(this::store);
  }

  private static HttpServer server(com.sun.net.httpserver.HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", handler);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return server;
  }

  /** {@code http://HOST:PORT}. */
  public String endpoint() {
    return "http://127.0.0.1:" + hub.getAddress().getPort();
  }

  /** What {@code main}, {@code v1} and {@code refs/pr/1} are. */
  public String commit() {
    return COMMIT;
  }

  /** How the next requests for a file's bytes are answered; after them well. */
  public void manners(String file, Manner... next) {
    manners.computeIfAbsent(file, _ -> new ArrayDeque<>()).addAll(List.of(next));
  }

  /** Asks for a token, else refuses with 401 and this {@code X-Error-Code}. */
  public void guard(String needed, String code) {
    token = needed;
    refusal = code;
  }

  /** Requests so far: {@code hub GET /path [bytes=N-] [token]}, {@code store ...}. */
  public List<String> seen() {
    return seen;
  }

  /** The hash that the hub tells: SHA-256 of large files, Git's of small ones. */
  public String hash(String file) {
    byte[] bytes = Objects.requireNonNull(files.get(file));
    try {
      MessageDigest digest = MessageDigest.getInstance(isLarge(file) ? "SHA-256" : "SHA-1");
      if (!isLarge(file)) {
        digest.update(("blob " + bytes.length + "\0").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isLarge(String file) {
    return Objects.requireNonNull(files.get(file)).length >= LARGE;
  }

  private void hub(HttpExchange exchange) throws IOException {
    see("hub", exchange);
    String path = exchange.getRequestURI().getRawPath();
    String sent = exchange.getRequestHeaders().getFirst("Authorization");
    if (token != null && !("Bearer " + token).equals(sent)) {
      refuse(exchange, 401, refusal);
      return;
    }
    String resolve = "/" + model + "/resolve/";
    String kept = "/api/resolve-cache/";
    if (path.startsWith("/api/models/")) {
      list(exchange, path);
    } else if (path.startsWith(resolve)) {
      String[] rest = path.substring(resolve.length()).split("/", 2);
      if (REVISIONS.contains(rest[0])) {
        resolve(exchange, rest[1]);
      } else {
        refuse(exchange, 404, "RevisionNotFound");
      }
    } else if (path.startsWith(kept) && files.containsKey(path.substring(kept.length()))) {
      String file = path.substring(kept.length());
      exchange.getResponseHeaders().set("ETag", "W/\"" + hash(file) + "\"");
      exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
      send(exchange, file);
    } else {
      refuse(exchange, 404, "RepoNotFound");
    }
  }

  private void list(HttpExchange exchange, String path) throws IOException {
    String all = "/api/models/" + model + "/revision/";
    if (!path.startsWith(all)) {
      refuse(exchange, 404, "RepoNotFound");
    } else if (!REVISIONS.contains(path.substring(all.length()))) {
      refuse(exchange, 404, "RevisionNotFound");
    } else {
      String siblings =
          files.keySet().stream()
              .sorted()
              .map(name -> "{\"rfilename\":\"" + name + "\"}")
              .collect(Collectors.joining(","));
      String json = "{\"id\":\"" + model + "\",\"sha\":\"" + COMMIT + "\",\"siblings\":[";
      byte[] bytes = (json + siblings + "]}").getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    }
  }

  private void resolve(HttpExchange exchange, String file) throws IOException {
    if (!files.containsKey(file)) {
      refuse(exchange, 404, "EntryNotFound");
      return;
    }
    exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
    if (isLarge(file)) {
      exchange.getResponseHeaders().set("X-Linked-Etag", '"' + hash(file) + '"');
      exchange.getResponseHeaders().set("X-Linked-Size", "" + bytes(file).length);
      exchange.getResponseHeaders().set("ETag", "\"of the redirect\"");
      String host = "http://127.0.0.1:" + store.getAddress().getPort();
      exchange.getResponseHeaders().set("Location", host + "/" + file + "?signature=s");
      exchange.sendResponseHeaders(302, -1);
    } else {
      exchange.getResponseHeaders().set("Location", "/api/resolve-cache/" + file);
      exchange.sendResponseHeaders(307, -1);
    }
    exchange.close();
  }

  private void store(HttpExchange exchange) throws IOException {
    see("store", exchange);
    exchange.getResponseHeaders().set("ETag", "\"of the store\"");
    URI asked = exchange.getRequestURI();
    send(exchange, asked.getPath().substring(1));
  }

  private void send(HttpExchange exchange, String file) throws IOException {
    byte[] bytes = bytes(file);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", "" + bytes.length);
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
      return;
    }
    Queue<Manner> queue = manners.get(file);
    Manner manner = queue == null ? null : queue.poll();
    switch (manner) {
      case BUSY -> {
        exchange.getResponseHeaders().set("Retry-After", "0");
        refuse(exchange, 429, "");
      }
      case BROKEN -> refuse(exchange, 503, "");
      case EXPIRED -> refuse(exchange, 403, "");
      case GONE -> refuse(exchange, 404, "EntryNotFound");
      case WRONG -> body(exchange, new byte[bytes.length], manner);
      case null, default -> body(exchange, bytes, manner);
    }
  }

  private static void body(HttpExchange exchange, byte[] bytes, @Nullable Manner manner)
      throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    boolean part = range != null && manner != Manner.WITHOUT_RANGES;
    int from = part ? Integer.parseInt(range.replaceAll("\\D", "")) : 0;
    if (part) {
      String all = "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length;
      exchange.getResponseHeaders().set("Content-Range", all);
    }
    int length = bytes.length - from;
    exchange.sendResponseHeaders(part ? 206 : 200, length);
    OutputStream out = exchange.getResponseBody();
    if (manner == Manner.SLOW) {
      for (int at = 0; at < length; at += 512) {
        out.write(bytes, from + at, Math.min(512, length - at));
        out.flush();
        pause(20);
      }
    } else if (manner == Manner.CUT || manner == Manner.STALL) {
      out.write(bytes, from, length / 2);
      out.flush();
      pause(manner == Manner.STALL ? 5_000 : 0);
    } else {
      out.write(bytes, from, length);
    }
    exchange.close();
  }

  private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
    if (!code.isEmpty()) {
      exchange.getResponseHeaders().set("X-Error-Code", code);
    }
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private byte[] bytes(String file) {
    return Objects.requireNonNull(files.get(file));
  }

  private void see(String who, HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    boolean named = exchange.getRequestHeaders().containsKey("Authorization");
    seen.add(
        who
            + " "
            + exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI().getPath()
            + (range == null ? "" : " " + range)
            + (named ? " token" : ""));
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
  }
}
