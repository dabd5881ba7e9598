package dev.filip.data.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A web server on raw sockets that answers well unless it was told other manners. */
final class RudeServer implements AutoCloseable {
  /** One answer; what it does not write is not sent. */
  interface Manner {
    void answer(Request request, OutputStream out) throws IOException;
  }

  record Request(RudeServer server, String method, String path, Map<String, String> headers) {
    byte[] object() {
      return Objects.requireNonNull(server.objects.get(path));
    }

    String etag() {
      return server.etags.getOrDefault(path, "\"one\"");
    }

    /** First byte asked for; -1 without a range. */
    int from() {
      String range = headers.get("range");
      return range == null ? -1 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
    }
  }

  private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  private final Map<String, String> etags = new ConcurrentHashMap<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final Queue<Manner> heads = new ArrayDeque<>();
  private final Queue<Manner> gets = new ArrayDeque<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ServerSocket listening;

  RudeServer() throws IOException {
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String url(String path) {
    return "http://127.0.0.1:" + listening.getLocalPort() + path;
  }

  /** Puts an object there whose bytes a seed decides. */
  byte[] put(String path, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(path.hashCode()).nextBytes(bytes);
    objects.put(path, bytes);
    return bytes;
  }

  void etag(String path, String etag) {
    etags.put(path, etag);
  }

  /** How the next GETs are answered; after them well. */
  void gets(Manner... manners) {
    synchronized (gets) {
      gets.addAll(List.of(manners));
    }
  }

  /** How the next HEADs are answered; after them well. */
  void heads(Manner... manners) {
    synchronized (heads) {
      heads.addAll(List.of(manners));
    }
  }

  /** Requests so far, such as {@code GET /a.tar bytes=10-}. */
  List<String> seen() {
    return seen;
  }

  static Manner status(int code, String... headers) {
    return (_, out) -> head(out, code, 0, headers);
  }

  /** Announces all, sends some, ends the connection. */
  static Manner cutAfter(int bytes) {
    return (request, out) -> {
      int from = begin(request, out, true, request.object().length);
      out.write(request.object(), from, bytes);
    };
  }

  /** Sends some and then nothing for ever. */
  static Manner stallAfter(int bytes) {
    return (request, out) -> {
      cutAfter(bytes).answer(request, out);
      out.flush();
      pause(20_000);
    };
  }

  /** A little each few milliseconds. */
  static Manner drip(int bytes) {
    return (request, out) -> {
      int from = begin(request, out, true, request.object().length);
      for (int at = from; at < request.object().length; at += bytes) {
        out.write(request.object(), at, Math.min(bytes, request.object().length - at));
        out.flush();
        pause(20);
      }
    };
  }

  static Manner silent() {
    return (_, _) -> pause(20_000);
  }

  /** The whole object with 200, whatever range was asked for. */
  static Manner withoutRanges() {
    return (request, out) -> {
      begin(request, out, false, request.object().length);
      out.write(request.object());
    };
  }

  /** Announces another length than it has. */
  static Manner lying(int length) {
    return (request, out) -> {
      begin(request, out, false, length);
      out.write(request.object());
    };
  }

  private static final Manner WELL =
      (request, out) -> {
        if (!request.server().objects.containsKey(request.path())) {
          head(out, 404, 0);
          return;
        }
        byte[] object = request.object();
        if (request.from() >= object.length) {
          head(out, 416, 0, "Content-Range: bytes */" + object.length);
        } else {
          int from = begin(request, out, true, object.length);
          if (request.method().equals("GET")) {
            String range = request.headers().getOrDefault("range", "-");
            String last = range.substring(range.indexOf('-') + 1);
            int end = last.isEmpty() ? object.length : Integer.parseInt(last) + 1;
            out.write(object, from, Math.min(end, object.length) - from);
          }
        }
      };

  /** Writes the head of an answer; the first byte to send. */
  private static int begin(Request request, OutputStream out, boolean ranges, int length)
      throws IOException {
    String condition = request.headers().get("if-range");
    boolean part =
        ranges && request.from() >= 0 && (condition == null || condition.equals(request.etag()));
    String etag = "ETag: " + request.etag();
    if (!part) {
      head(out, 200, length, etag);
      return 0;
    }
    int from = request.from();
    String range = request.headers().getOrDefault("range", "-");
    String last = range.substring(range.indexOf('-') + 1);
    int end = last.isEmpty() ? length : Math.min(length, Integer.parseInt(last) + 1);
    head(
        out,
        206,
        end - from,
        etag,
        "Content-Range: bytes " + from + "-" + (end - 1) + "/" + length);
    return from;
  }

  private static void head(OutputStream out, int code, int length, String... headers)
      throws IOException {
    StringBuilder text = new StringBuilder("HTTP/1.1 " + code + " X\r\nConnection: close\r\n");
    text.append("Content-Length: ").append(length).append("\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    out.write(text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String[] line = in.readLine().split(" ");
      Map<String, String> headers = new HashMap<>();
      for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
        int colon = header.indexOf(':');
        headers.put(
            header.substring(0, colon).toLowerCase(Locale.ROOT),
            header.substring(colon + 1).strip());
      }
      seen.add(
          line[0]
              + " "
              + line[1]
              + (headers.containsKey("range") ? " " + headers.get("range") : ""));
      Manner manner = next(line[0].equals("HEAD") ? heads : gets);
      manner.answer(new Request(this, line[0], line[1], headers), socket.getOutputStream());
      socket.getOutputStream().flush();
    } catch (IOException e) {
      // the other side has gone, as it may
      return;
    }
  }

  private static Manner next(Queue<Manner> queue) {
    synchronized (queue) {
      Manner manner = queue.poll();
      return manner == null ? WELL : manner;
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
