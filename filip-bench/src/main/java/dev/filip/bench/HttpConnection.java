package dev.filip.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One connection to a server on this machine that is kept, as a proxy has it. For one thread. */
final class HttpConnection implements AutoCloseable {
  private static final String ENDED = "the server hung up";

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  HttpConnection(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** What a request is answered with. */
  record Answer(int status, int length) {}

  /** A path that must be answered with 200. */
  Answer get(String path) throws IOException {
    Answer answer = send("GET", path, new byte[0]);
    if (answer.status != 200) {
      throw new IOException(path + ": " + answer.status);
    }
    return answer;
  }

  /** Whatever it is answered with. */
  Answer send(String method, String path, byte[] body) throws IOException {
    String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n";
    String length = body.length == 0 ? "\r\n" : "Content-Length: " + body.length + "\r\n\r\n";
    out.write((head + length).getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
    return answer();
  }

  private Answer answer() throws IOException {
    String status = line();
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).strip());
      }
    }
    if (in.readNBytes(length).length != length) {
      throw new IOException(ENDED);
    }
    return new Answer(Integer.parseInt(status.split(" ", -1)[1]), length);
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException(ENDED);
      }
      if (c != '\r') {
        text.append((char) c);
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
