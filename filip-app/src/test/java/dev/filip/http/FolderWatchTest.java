package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import dev.filip.io.OwnJava;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server keeps its index as a folder is, and says how that goes. */
@Tag("native")
@DisabledOnOs(OS.WINDOWS)
class FolderWatchTest {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  @TempDir Path temp;
  private Path index;
  private Path folder;

  @BeforeEach
  void anIndex() throws IOException {
    index = temp.resolve("index");
    folder = Files.createDirectory(temp.resolve("pictures"));
    Served.run("index", "create", index.toString(), "--model", Served.MODEL.toString());
  }

  private void picture(int of, String name) throws IOException {
    Path from = Served.PAIRS.resolve(String.format("%06d.png", of));
    Files.copy(from, folder.resolve(name + ".png"));
  }

  private static void until(String what, Callable<Boolean> holds) throws Exception {
    long end = System.nanoTime() + PATIENCE;
    while (!holds.call()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    answer.path("hits").forEach(hit -> ids.add(hit.path("id").asText()));
    return ids.stream().sorted().toList();
  }

  private static boolean isFound(Served served, String... ids) throws Exception {
    return ids(served.json("/api/search?k=50&q=red")).equals(List.of(ids));
  }

  private static JsonNode watch(Served served) throws Exception {
    return served.json("/api/stats").path("watch");
  }

  private static boolean stands(Served served, String state) throws Exception {
    return watch(served).path("state").asText().equals(state);
  }

  @Test
  void whatComesAndGoesInTheFolderIsFound() throws Exception {
    picture(1, "a");
    try (Served served = Served.following(index, folder, Served.OPEN)) {
      until("the first look", () -> isFound(served, "a"));
      picture(2, "b");
      Files.writeString(folder.resolve("broken.png"), "no picture");
      until("what came", () -> isFound(served, "a", "b"));
      HttpRequest put =
          served
              .request("/api/images?id=c")
              .PUT(BodyPublishers.ofFile(Served.PAIRS.resolve("000003.png")))
              .build();
      assertThat(served.send(put).statusCode()).isEqualTo(200);
      Files.delete(folder.resolve("a.png"));
      until("what went", () -> isFound(served, "b", "c")); // what a client added stays
      until("the broken one", () -> watch(served).at("/skipped/total").asInt() == 1);
      JsonNode stats = watch(served);
      assertThat(stats.path("state").asText()).isEqualTo("following");
      assertThat(stats.path("added").asInt()).isEqualTo(2);
      assertThat(stats.path("removed").asInt()).isEqualTo(1);
      assertThat(stats.path("commits").asInt()).isGreaterThanOrEqualTo(3);
      assertThat(stats.path("failures").asInt()).isZero();
      assertThat(stats.path("last").asText()).endsWith("Z");
      assertThat(stats.toString()).doesNotContain(temp.toString());
      String metrics = new String(served.get("/metrics").body(), StandardCharsets.UTF_8);
      assertThat(metrics)
          .contains("filip_watch_following 1.0")
          .contains("filip_watch_images_total{change=\"added\"} 2.0")
          .contains("filip_watch_images_total{change=\"removed\"} 1.0")
          .contains("filip_watch_images_total{change=\"skipped\"} 1.0")
          .contains("filip_watch_failures_total 0.0")
          .contains("filip_images 2.0");
    }
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("filip-serve-watch"));
  }

  /** Queries are answered whatever keeps it from following, and clients that write are told. */
  @Test
  void whatKeepsItFromFollowingIsTold() throws Exception {
    picture(1, "a");
    try (Served served = Served.following(index, folder, Served.OPEN)) {
      until("the first look", () -> isFound(served, "a"));
      try (IndexEditor _ = IndexEditor.open(index)) {
        picture(2, "b");
        until("another writer is waited for", () -> stands(served, "waiting"));
        assertThat(isFound(served, "a")).isTrue();
        HttpRequest delete = served.request("/api/images?id=a").DELETE().build();
        HttpResponse<byte[]> full = served.send(delete);
        assertThat(full.statusCode()).isEqualTo(503);
        assertThat(full.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(Served.json(full).path("error").asText()).contains("is being written");
      }
      until("it goes on", () -> isFound(served, "a", "b") && stands(served, "following"));
      Files.move(folder, temp.resolve("away"));
      until("the folder is gone", () -> stands(served, "waiting"));
      assertThat(isFound(served, "a", "b")).isTrue();
      Files.move(temp.resolve("away"), folder);
      until("the folder is back", () -> stands(served, "following"));
    }
  }

  @Test
  void withoutAFolderNothingIsSaidOfOne() throws Exception {
    try (Served served = Served.start(index, Served.OPEN)) {
      assertThat(served.json("/api/stats").has("watch")).isFalse();
      assertThat(new String(served.get("/metrics").body(), StandardCharsets.UTF_8))
          .doesNotContain("filip_watch");
    }
  }

  /** As a user starts it, and as a service manager ends it. */
  @Test
  void aProcessServesAndFollowsUntilItIsEnded() throws Exception {
    picture(1, "a");
    List<String> arguments =
        List.of("serve", index + "", "--port", "0", "--watch", folder + "", "--rescan", "1");
    Process process =
        new ProcessBuilder(OwnJava.command(List.of(), "dev.filip.cli.Main", arguments))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      String line = process.inputReader().readLine();
      assertThat(line).startsWith("0 images at http://127.0.0.1:");
      URI search = URI.create(line.replaceFirst(".* at ", "") + "api/search?q=red");
      HttpRequest request = HttpRequest.newBuilder(search).build();
      try (HttpClient client = HttpClient.newHttpClient()) {
        Callable<List<String>> found =
            () ->
                ids(
                    Json.mapper()
                        .readTree(
                            client.send(request, HttpResponse.BodyHandlers.ofString()).body()));
        until("the first look", () -> found.call().equals(List.of("a")));
        picture(2, "b");
        until("what came", () -> found.call().equals(List.of("a", "b")));
      }
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
    } finally {
      process.destroyForcibly();
    }
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    try (IndexEditor editor = IndexEditor.open(index)) {
      assertThat(editor.now().size()).isEqualTo(2);
    }
  }
}
