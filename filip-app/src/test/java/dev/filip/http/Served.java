package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.cli.Main;
import dev.filip.indexing.FolderFollower;
import dev.filip.io.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** An index of the committed pairs, made by the commands, behind a server on a port of its own. */
final class Served implements AutoCloseable {
  static final Path MODEL = Path.of("../models/collages-late");
  static final Path PAIRS = Path.of("../examples/pairs");

  static final ServeOptions OPEN =
      new ServeOptions(
          "127.0.0.1",
          0,
          Optional.empty(),
          Optional.empty(),
          1 << 20,
          16,
          Duration.ofSeconds(5),
          true,
          false);

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  final Path index;
  final SearchService service;
  final SearchServer server;

  private Served(Path index, SearchService service, SearchServer server) {
    this.index = index;
    this.service = service;
    this.server = server;
  }

  /** Makes the index. */
  static Path index(Path folder) {
    Path index = folder.resolve("pairs.index");
    run("index", "create", index.toString(), "--model", MODEL.toString());
    run("index", "add", index.toString(), PAIRS.toString());
    return index;
  }

  /** Makes an index that has each of the pairs four times, and calibrates it. */
  static Path calibrated(Path folder) throws IOException {
    Path source = Files.createDirectory(folder.resolve("fourfold"));
    try (Stream<Path> files = Files.list(PAIRS)) {
      for (Path file : files.toList()) {
        for (int copy = 0; copy < 4; copy++) {
          Files.copy(file, source.resolve(copy + "-" + file.getFileName()));
        }
      }
    }
    Path index = folder.resolve("fourfold.index");
    run("index", "create", index.toString(), "--model", MODEL.toString());
    run("index", "add", index.toString(), source.toString());
    run("index", "calibrate", index.toString(), "--count", "40");
    return index;
  }

  static void run(String... arguments) {
    if (Main.run(arguments) != 0) {
      throw new IllegalStateException("filip " + String.join(" ", arguments) + " failed");
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // closed with it
  static Served start(Path index, ServeOptions options) throws IOException {
    SearchService service = SearchService.open(index, MODEL);
    return new Served(index, service, SearchServer.start(service, options));
  }

  /** The same, kept as a folder is. */
  @SuppressWarnings("MustBeClosedChecker") // closed with it
  static Served following(Path index, Path folder, ServeOptions options) throws IOException {
    SearchService service = SearchService.open(index, MODEL);
    FolderFollower.Pace pace =
        new FolderFollower.Pace(Duration.ofMillis(150), Duration.ofMillis(500));
    FolderWatch watch = service.watch(folder.toString(), pace, System.err::println);
    Served served = new Served(index, service, SearchServer.start(service, options));
    watch.start();
    return served;
  }

  String at(String path) {
    return "http://127.0.0.1:" + server.port() + path;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(at(path))).timeout(Duration.ofSeconds(30));
  }

  HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return send(request(path).build());
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return json(get(path));
  }

  static JsonNode json(HttpResponse<byte[]> response) throws IOException {
    return Json.mapper().readTree(response.body());
  }

  /** The pictures of the pairs, in their order. */
  static List<Path> pictures() throws IOException {
    try (Stream<Path> files = Files.list(PAIRS)) {
      return files.filter(f -> f.toString().matches(".*\\.(png|jpe?g|webp)")).sorted().toList();
    }
  }

  /** Checks that a request was answered by one line. */
  static void refused(HttpResponse<byte[]> response, int status, String part) throws IOException {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(json(response).path("error").asText()).contains(part).doesNotContain("\n");
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.close();
    service.close();
  }
}
