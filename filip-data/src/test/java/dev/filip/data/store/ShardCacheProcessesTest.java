package dev.filip.data.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.data.store.ShardFiles.Held;
import dev.filip.io.OwnJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One cache folder, several processes. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShardCacheProcessesTest {
  private static final int SIZE = 400_000;

  @TempDir Path temp;
  private RudeServer server;

  @BeforeEach
  void open() throws IOException {
    server = new RudeServer();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** Holds a shard, prints its file's size, and waits for the end of its input. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      ShardCache.Options options =
          ShardCacheTest.options(Path.of(args[0]), Long.parseLong(args[1]));
      try (ShardCache cache = new ShardCache(options);
          Held held = cache.hold(args[2])) {
        System.out.println(Files.size(held.file()));
        System.in.read();
      }
    }
  }

  private Process start(long most, String path) throws IOException {
    List<String> arguments =
        List.of(temp.resolve("cache").toString(), Long.toString(most), server.url(path));
    return new ProcessBuilder(
            OwnJava.command(
                List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"), Holder.class.getName(), arguments))
        .redirectError(temp.resolve("child.log").toFile())
        .start();
  }

  private String line(Process process) throws IOException {
    String line = process.inputReader().readLine();
    assertThat(line).as(Files.readString(temp.resolve("child.log"))).isNotNull();
    return line;
  }

  private static void end(Process process) throws Exception {
    process.getOutputStream().close();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void twoProcessesFetchAShardOnce() throws Exception {
    server.put("/a.tar", SIZE);
    // slow enough for the second to come in the middle: 0.4 s after both are there
    server.gets(RudeServer.drip(SIZE / 20));
    Process one = start(1_000_000, "/a.tar");
    Process two = start(1_000_000, "/a.tar");
    assertThat(line(one)).isEqualTo("" + SIZE);
    assertThat(line(two)).isEqualTo("" + SIZE);
    end(one);
    end(two);
    assertThat(server.seen()).filteredOn(r -> r.startsWith("GET")).hasSize(1);
    assertThat(server.seen()).filteredOn(r -> r.startsWith("HEAD")).hasSize(2);
  }

  @Test
  void whatALivingProcessHoldsIsNotRemovedAndADeadOneHoldsNothing() throws Exception {
    server.put("/a.tar", SIZE);
    byte[] second = server.put("/b.tar", SIZE);
    Process holder = start(SIZE + 1000, "/a.tar");
    assertThat(line(holder)).isEqualTo("" + SIZE);
    try (ShardCache cache =
        new ShardCache(ShardCacheTest.options(temp.resolve("cache"), SIZE + 1000))) {
      IOException full = null;
      try {
        cache.hold(server.url("/b.tar")).close();
      } catch (IOException e) {
        full = e;
      }
      assertThat(full).hasMessageContaining("shards in use fill");
      holder.destroyForcibly().waitFor();
      try (Held held = cache.hold(server.url("/b.tar"))) {
        assertThat(held.file()).hasBinaryContent(second);
      }
      try (var files = Files.list(temp.resolve("cache"))) {
        assertThat(files.map(Path::toString)).noneMatch(f -> f.endsWith("-a.tar"));
      }
    }
  }

  @Test
  void aKilledTransferIsNotBelievedAndGoesOn() throws Exception {
    byte[] sent = server.put("/a.tar", SIZE);
    server.gets(RudeServer.stallAfter(100_000));
    Process killed = start(1_000_000, "/a.tar");
    while (partSize() < 100_000) {
      Thread.sleep(2);
    }
    killed.destroyForcibly().waitFor();
    try (ShardCache cache =
            new ShardCache(ShardCacheTest.options(temp.resolve("cache"), 1_000_000));
        Held held = cache.hold(server.url("/a.tar"))) {
      assertThat(held.file()).hasBinaryContent(sent);
    }
    assertThat(server.seen()).endsWith("HEAD /a.tar", "GET /a.tar bytes=100000-");
  }

  private long partSize() throws IOException {
    if (!Files.exists(temp.resolve("cache"))) {
      return 0;
    }
    try (var parts = Files.newDirectoryStream(temp.resolve("cache"), "*.part")) {
      for (Path part : parts) {
        return Files.size(part);
      }
      return 0;
    }
  }
}
