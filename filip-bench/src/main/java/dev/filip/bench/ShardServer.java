package dev.filip.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A web server of this machine whose shards are made as they are asked for: {@code /00000.tar} and
 * on, each of so many samples of one small picture and a caption, with {@code /sizes.json} beside.
 * So a run over hundreds of millions of samples begins where there is no disk for them.
 *
 * <p>{@code ShardServer PORT SHARDS EACH} serves until it is ended; ranges are understood.
 */
public final class ShardServer {
  private static final int END = 1024;
  private final int shards;
  private final int each;
  private final byte[] picture;
  private final int sample;

  private ShardServer(int shards, int each, byte[] picture) throws IOException {
    this.shards = shards;
    this.each = each;
    this.picture = picture;
    this.sample = sample(0, 0).length;
  }

  public static void main(String[] args) throws IOException {
    var server = new ShardServer(Integer.parseInt(args[1]), Integer.parseInt(args[2]), picture());
    InetAddress here = InetAddress.getLoopbackAddress();
    HttpServer http =
        HttpServer.create(new InetSocketAddress(here, Integer.parseInt(args[0])), 100);
    http.setExecutor(Executors.newFixedThreadPool(8));
    http.createContext("/", server::answer);
    http.start();
    System.out.println("serving " + http.getAddress());
  }

  private static byte[] picture() throws IOException {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, 0x080800 * (i % 32) + i / 32);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }

  private void answer(HttpExchange call) throws IOException {
    try (call) {
      String name = call.getRequestURI().getPath().substring(1);
      if (name.equals("sizes.json")) {
        byte[] sizes = sizes().getBytes(StandardCharsets.UTF_8);
        call.sendResponseHeaders(200, head(call) ? -1 : sizes.length);
        if (!head(call)) {
          call.getResponseBody().write(sizes);
        }
      } else if (name.matches("\\d{5}\\.tar") && number(name) < shards) {
        shard(call, number(name));
      } else {
        call.sendResponseHeaders(404, -1);
      }
    }
  }

  private static boolean head(HttpExchange call) {
    return call.getRequestMethod().equals("HEAD");
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(0, 5));
  }

  private String sizes() {
    return IntStream.range(0, shards)
        .mapToObj(n -> String.format(Locale.ROOT, "\"%05d.tar\": %d", n, each))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private void shard(HttpExchange call, int number) throws IOException {
    long size = (long) each * sample + END;
    call.getResponseHeaders().add("ETag", "\"" + number + "-" + size + "\"");
    call.getResponseHeaders().add("Accept-Ranges", "bytes");
    String range = call.getRequestHeaders().getFirst("Range");
    long from = 0;
    if (range != null) {
      from = Long.parseLong(range.replaceAll("bytes=(\\d+)-.*", "$1"));
      call.getResponseHeaders()
          .add("Content-Range", "bytes " + from + "-" + (size - 1) + "/" + size);
    }
    if (head(call)) {
      call.getResponseHeaders().add("Content-Length", Long.toString(size));
      call.sendResponseHeaders(200, -1);
      return;
    }
    call.sendResponseHeaders(range == null ? 200 : 206, size - from);
    try (OutputStream out = new BufferedOutputStream(call.getResponseBody(), 1 << 16)) {
      int skip = (int) (from % sample);
      for (long i = from / sample; i < each; i++) {
        out.write(sample(number, (int) i), skip, sample - skip);
        skip = 0;
      }
      out.write(new byte[(int) Math.min(END, size - Math.max(from, size - END))]);
    }
  }

  /** The bytes of one sample in its tar; all have one size. */
  private byte[] sample(int shard, int i) throws IOException {
    String key = String.format(Locale.ROOT, "%05d%05d", shard, i);
    byte[] text = ("picture " + key + " of many").getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, 512);
    put(tar, key + ".png", picture);
    put(tar, key + ".txt", text);
    tar.flush();
    return bytes.toByteArray();
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
