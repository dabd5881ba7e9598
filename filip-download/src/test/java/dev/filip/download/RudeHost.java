package dev.filip.download;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/** A web server on raw sockets, all of whose manners are chosen by path; what is unknown is 404. */
final class RudeHost implements AutoCloseable {
  /** One answer; what it does not write is not sent. */
  interface Manner {
    void answer(OutputStream out) throws IOException;
  }

  private final Map<String, Manner> manners = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<Long> times = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger inWork = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final ServerSocket listening;

  RudeHost() throws IOException {
    listening = new ServerSocket(0, 200, InetAddress.getByName("0.0.0.0"));
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  RudeHost on(String path, Manner manner) {
    manners.put(path, manner);
    return this;
  }

  /** One manner after the other; the last one stays. */
  RudeHost on(String path, Manner first, Manner... then) {
    AtomicInteger at = new AtomicInteger();
    return on(
        path,
        out -> {
          int i = Math.min(at.getAndIncrement(), then.length);
          (i == 0 ? first : then[i - 1]).answer(out);
        });
  }

  /** Paths asked for, in order. */
  List<String> seen() {
    return seen;
  }

  int count(String path) {
    return counts.getOrDefault(path, new AtomicInteger()).get();
  }

  /** A manner that is counted while it waits, before it answers. */
  Manner counted(int milliseconds, Manner then) {
    return out -> {
      most.accumulateAndGet(inWork.incrementAndGet(), Math::max);
      pause(milliseconds);
      inWork.decrementAndGet();
      then.answer(out);
    };
  }

  /** Most of these at once. */
  int most() {
    return most.get();
  }

  /** When questions came, in nanoseconds. */
  List<Long> times() {
    return times;
  }

  static Manner ok(byte[] body, String... headers) {
    return out -> {
      head(out, 200, body.length, headers);
      out.write(body);
    };
  }

  static Manner status(int code, String... headers) {
    return out -> head(out, code, 0, headers);
  }

  static Manner redirect(String to) {
    return status(302, "Location: " + to);
  }

  /** Announces more than it sends. */
  static Manner cut(byte[] body, int sent) {
    return out -> {
      head(out, 200, body.length);
      out.write(body, 0, sent);
    };
  }

  /** Announces more bytes than there are, and ends. */
  static Manner wrongLength(byte[] body) {
    return out -> {
      head(out, 200, body.length + 1000);
      out.write(body);
    };
  }

  /** Sends without an end. */
  static Manner endless() {
    return out -> {
      out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] block = new byte[1 << 14];
      while (true) {
        out.write(block);
      }
    };
  }

  /** A byte now and then. */
  static Manner drip(int milliseconds) {
    return out -> {
      head(out, 200, 1 << 20);
      while (true) {
        out.write(0);
        out.flush();
        pause(milliseconds);
      }
    };
  }

  static Manner slow(int milliseconds, Manner then) {
    return out -> {
      pause(milliseconds);
      then.answer(out);
    };
  }

  /** Says something that is no HTTP. */
  static Manner gibberish() {
    return out -> out.write("HELLO 1 2 3\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
      packed.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static String date(int secondsFromNow) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(
        ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(secondsFromNow));
  }

  private static void head(OutputStream out, int code, int length, String... headers)
      throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + code + " So\r\nConnection: close\r\n");
    head.append("Content-Length: ").append(length).append("\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  static void pause(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String line = in.readLine();
      if (line == null) {
        return;
      }
      while (!String.valueOf(in.readLine()).isEmpty()) {
        // headers
      }
      String path = line.split(" ")[1];
      seen.add(path);
      times.add(System.nanoTime());
      counts.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
      manners.getOrDefault(path, status(404)).answer(socket.getOutputStream());
      socket.getOutputStream().flush();
    } catch (IOException gone) {
      // the client had enough
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
