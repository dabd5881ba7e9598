package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.filip.image.ImageEncoder;
import dev.filip.image.RgbImage;
import dev.filip.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From a table of URLs to curated shards, by the commands a user has. */
class DownloadCommandTest {
  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();
  private ExecutorService threads;
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String name = exchange.getRequestURI().getPath().substring(1);
            if (!name.matches("\\d+\\.jpg")) {
              exchange.sendResponseHeaders(404, -1);
              return;
            }
            byte[] picture = picture(Integer.parseInt(name.replace(".jpg", "")));
            exchange.sendResponseHeaders(200, picture.length);
            exchange.getResponseBody().write(picture);
          }
        });
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
    threads.close();
  }

  private static byte[] picture(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] rgb = new byte[90 * 60 * 3];
    byte[] colours = new byte[3 * 6 * 4];
    random.nextBytes(colours);
    for (int i = 0; i < 90 * 60; i++) {
      int square = i / 90 / 15 * 6 + i % 90 / 15;
      System.arraycopy(colours, 3 * square, rgb, 3 * i, 3);
    }
    return ImageEncoder.encode(new RgbImage(90, 60, rgb), ImageEncoder.Format.JPG, 90);
  }

  private int run(StringWriter out, String... words) {
    CommandLine command = Main.commandLine();
    return command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(words);
  }

  private JsonNode json(String... words) {
    StringWriter out = new StringWriter();
    assertThat(run(out, words)).as(err.toString()).isZero();
    return Json.parse(out.toString());
  }

  private Path table(int rows) throws IOException {
    StringBuilder text = new StringBuilder("URL\tTEXT\n");
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    for (int i = 0; i < rows; i++) {
      String name = i % 7 == 3 ? "missing" : i + ".jpg";
      text.append(address).append(name).append("\ta picture of squares number ").append(i);
      text.append('\n');
    }
    return Files.writeString(folder.resolve("table.tsv"), text);
  }

  @Test
  void downloadInspectCurate() throws IOException {
    String table = table(20).toString();
    String out = folder.resolve("out").toString();
    String[] words = {
      "data",
      "download",
      table,
      "--out",
      out,
      "--allow-private",
      "--shard-size",
      "8",
      "--resize-mode",
      "keep_ratio",
      "--image-size",
      "40",
      "--json"
    };
    JsonNode answer = json(words);
    assertThat(answer.path("urls").asInt()).as("a missing one twice more").isEqualTo(18);
    assertThat(answer.path("duplicates").asInt()).isEqualTo(2);
    assertThat(answer.path("saved").asInt()).isEqualTo(17);
    assertThat(answer.path("failed").toString()).isEqualTo("{\"http 404\":1}");
    assertThat(json(words).path("saved").asInt()).as("done already").isEqualTo(17);

    JsonNode seen = json("data", "inspect", out, "--json");
    assertThat(seen.path("samples").asInt()).isEqualTo(17);
    assertThat(seen.path("unreadable").isEmpty()).isTrue();

    Path leak = Files.createDirectory(folder.resolve("test"));
    Files.write(leak.resolve("x.jpg"), picture(5));
    Files.writeString(leak.resolve("x.txt"), "squares");
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"), "length: on\nleak: {against: \"" + leak + "\"}\n");
    String curated = folder.resolve("curated").toString();
    JsonNode kept = json("curate", out, "--rules", rules.toString(), "--out", curated, "--json");
    assertThat(kept.path("rules").path("leak").asInt()).isEqualTo(1);
    assertThat(kept.path("kept").asInt()).isEqualTo(16);
    JsonNode listed = json("data", "list", curated, "--json");
    assertThat(listed.path("samples").get(0).path("url").asText()).endsWith("/0.jpg");
  }

  @Test
  void withoutLeaveALocalServerIsNotAsked() throws IOException {
    JsonNode answer =
        json("data", "download", table(3).toString(), "--out", folder + "/out", "--json");
    assertThat(answer.path("failed").toString()).isEqualTo("{\"private address\":3}");
  }

  @Test
  void wrongUseIsOneLine() throws IOException {
    wrong("--resize-mode must be one of no, border", "--resize-mode", "bigger");
    wrong("--per-host must be >= 1, got 0", "--per-host", "0");
    wrong("--columns must be a column of", "--columns", "nothing");
    wrong("--encode-quality must be in [1, 100]", "--encode-quality", "0");
    wrong("--user-agent-token must be letters", "--user-agent-token", "a b");
    wrong("--timeout must be above 0", "--timeout", "0");
    StringWriter out = new StringWriter();
    assertThat(run(out, "data", "download", folder + "/none.csv", "--out", folder + "/out"))
        .isEqualTo(2);
    Path mine = Files.createDirectory(folder.resolve("mine"));
    Files.writeString(mine.resolve("thesis.txt"), "mine");
    assertThat(run(out, "data", "download", table(2).toString(), "--out", mine.toString()))
        .isEqualTo(2);
    assertThat(mine.resolve("thesis.txt")).exists();
  }

  private void wrong(String message, String... options) throws IOException {
    String[] words = new String[5 + options.length];
    System.arraycopy(
        new String[] {"data", "download", table(2).toString(), "--out", folder + "/out"},
        0,
        words,
        0,
        5);
    System.arraycopy(options, 0, words, 5, options.length);
    err.getBuffer().setLength(0);
    assertThat(run(new StringWriter(), words)).isEqualTo(2);
    assertThat(err.toString()).contains(message).hasLineCount(1);
  }
}
