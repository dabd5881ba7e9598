package dev.filip.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A real node in a JVM of its own, on whose class path is nothing of this project, with the
 * plugin's zip installed as its own tool does: unpacked into {@code plugins/filip}. Used by one
 * thread.
 */
final class RunningNode implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI address;

  private RunningNode(Process process, URI address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts one.
   *
   * @param flags of its JVM
   */
  static RunningNode start(Path home, Path zip, String... flags) throws Exception {
    unpack(zip, home.resolve("plugins/filip"));
    Files.createDirectories(home.resolve("config"));
    Files.createDirectories(home.resolve("logs"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-Dlog4j2.disable.jmx=true", "--sun-misc-unsafe-memory-access=allow"));
    command.add("-XX:TieredStopAtLevel=1"); // a start in half the time
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", classPath(), NodeMain.class.getName(), home.toString()));
    Path log = home.resolve("node.log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(home.toFile())
            .start();
    try {
      return new RunningNode(process, address(process, home.resolve("logs/http.ports"), log));
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static void unpack(Path zip, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (InputStream in = Files.newInputStream(zip);
        ZipInputStream all = new ZipInputStream(in)) {
      for (ZipEntry e = all.getNextEntry(); e != null; e = all.getNextEntry()) {
        Files.copy(all, folder.resolve(e.getName()));
      }
    }
  }

  /** The test's class path without this project's modules, their Jackson, and test libraries. */
  private static String classPath() {
    String tests = Path.of("target", "test-classes").toAbsolutePath().toString();
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar") || entry.equals(tests))
        .filter(entry -> !entry.contains("filip-") || entry.equals(tests))
        .filter(entry -> !entry.contains("com" + File.separator + "fasterxml"))
        .filter(entry -> !entry.contains("junit") && !entry.contains("assertj"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static URI address(Process process, Path ports, Path log) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(ports)) {
      if (!process.isAlive() || System.nanoTime() > until) {
        throw new IOException("the node did not start: " + Files.readString(log));
      }
      Thread.sleep(100);
    }
    return URI.create("http://" + Files.readAllLines(ports).getFirst());
  }

  /** A request's answer, of whatever status. */
  record Answer(int status, JsonNode body) {}

  /**
   * Sends JSON.
   *
   * @param body empty for none
   */
  Answer send(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve(path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json")
            .timeout(PATIENCE)
            .build();
    HttpResponse<String> got = client.send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(got.statusCode(), Json.parse(got.body()));
  }

  @Override
  public void close() throws IOException {
    client.close();
    process.getOutputStream().close();
    try {
      process.onExit().get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IOException("the node did not end", e);
    }
  }
}
