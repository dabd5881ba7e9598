package dev.filip.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.filip.data.store.ShardFiles.Held;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Remote shards against a server of bad manners. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShardCacheTest {
  private static final int SIZE = 300_001;

  @TempDir Path temp;
  private RudeServer server;
  private ShardCache cache;

  @BeforeEach
  void open() throws IOException {
    server = new RudeServer();
    cache = new ShardCache(options(temp.resolve("cache"), 10_000_000));
  }

  @AfterEach
  void close() throws IOException {
    cache.close();
    server.close();
  }

  static ShardCache.Options options(Path folder, long most) {
    Retry retry = new Retry(4, Duration.ofMillis(1), Duration.ofMillis(5));
    Timeouts timeouts = new Timeouts(Duration.ofSeconds(2), Duration.ofMillis(400));
    return new ShardCache.Options(folder, most, retry, timeouts, 2);
  }

  private byte[] bytes(String location) throws IOException {
    try (Held held = cache.hold(location)) {
      assertThat(held.info().size()).isEqualTo(Files.size(held.file()));
      return Files.readAllBytes(held.file());
    }
  }

  @Test
  void aShardIsFetchedOnce() throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    for (int i = 0; i < 5; i++) {
      assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
    }
    assertThat(server.seen()).containsExactly("HEAD /a.tar", "GET /a.tar");
  }

  @Test
  void anotherRunAsksForItsVersionOnly() throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    bytes(server.url("/a.tar"));
    try (ShardCache next = new ShardCache(options(temp.resolve("cache"), 10_000_000));
        Held held = next.hold(server.url("/a.tar"))) {
      assertThat(held.file()).hasBinaryContent(sent);
      assertThat(held.file().getFileName().toString()).endsWith("-a.tar");
    }
    assertThat(server.seen()).containsExactly("HEAD /a.tar", "GET /a.tar", "HEAD /a.tar");
  }

  @Test
  void anotherVersionIsAnotherFile() throws IOException {
    server.put("/a.tar", SIZE);
    bytes(server.url("/a.tar"));
    byte[] later = server.put("/a.tar", SIZE - 7);
    server.etag("/a.tar", "\"two\"");
    try (ShardCache next = new ShardCache(options(temp.resolve("cache"), 10_000_000));
        Held held = next.hold(server.url("/a.tar"))) {
      assertThat(held.file()).hasBinaryContent(later);
      assertThat(held.info().version()).isEqualTo("\"two\"");
    }
  }

  @Test
  void aCutTransferGoesOnWhereItEnded() throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    server.gets(RudeServer.cutAfter(100_000), RudeServer.cutAfter(50_000));
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
    assertThat(server.seen())
        .containsExactly(
            "HEAD /a.tar", "GET /a.tar", "GET /a.tar bytes=100000-", "GET /a.tar bytes=150000-");
  }

  @Test
  void aServerWithoutRangesIsReadPastWhatIsThere() throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    server.gets(RudeServer.cutAfter(100_000), RudeServer.withoutRanges());
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
  }

  @Test
  void aShardThatChangesInTheMiddleIsNotJoinedFromTwo() throws IOException {
    server.put("/a.tar", SIZE);
    byte[] later = new byte[SIZE];
    server.gets((request, out) -> {
      RudeServer.cutAfter(100_000).answer(request, out);
      System.arraycopy(server.put("/a.tar", SIZE), 0, later, 0, SIZE);
      later[0]++;
      System.arraycopy(later, 0, request.object(), 0, SIZE);
      server.etag("/a.tar", "\"two\"");
    });
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(later);
    assertThat(names()).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void silenceAndStallsAreTriedAgain() throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    server.heads(RudeServer.silent());
    server.gets(RudeServer.stallAfter(1000), RudeServer.silent());
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
  }

  @Test
  void slowIsNotSilent() throws IOException {
    byte[] sent = server.put("/a.tar", 4000);
    // 0.8 s in all, twice the time for an answer
    server.gets(RudeServer.drip(100));
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
    assertThat(server.seen()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504, 408})
  void overloadPasses(int status) throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    server.heads(RudeServer.status(status));
    server.gets(RudeServer.status(status), RudeServer.status(status));
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
    assertThat(server.seen()).hasSize(5);
  }

  @Test
  void theServersPauseIsKept() throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    server.gets(RudeServer.status(429, "Retry-After: 1"));
    long start = System.nanoTime();
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));
  }

  @Test
  void whatFailsForGoodIsNamedInOneLine() {
    server.put("/a.tar", SIZE);
    server.heads(RudeServer.status(500), RudeServer.status(500));
    server.heads(RudeServer.status(500), RudeServer.status(500));
    assertThatThrownBy(() -> bytes(server.url("/a.tar")))
        .isInstanceOf(UnreachableShard.class)
        .hasMessage(server.url("/a.tar") + ": HTTP 500 (the server fails) (4 tries)");
    assertThat(server.seen()).hasSize(4);
  }

  @Test
  void cutsForEverEnd() throws IOException {
    server.put("/a.tar", SIZE);
    for (int i = 0; i < 4; i++) {
      server.gets(RudeServer.cutAfter(1000));
    }
    assertThatThrownBy(() -> bytes(server.url("/a.tar")))
        .hasMessage(
            server.url("/a.tar")
                + ": the connection was cut after 1000 of "
                + (SIZE - 3000)
                + " bytes (4 tries)");
    assertThat(names()).as("goes on there next time").anyMatch(name -> name.endsWith(".part"));
    bytes(server.url("/a.tar"));
    assertThat(server.seen()).endsWith("GET /a.tar bytes=4000-");
  }

  @Test
  void aShorterOrLongerBodyThanToldIsNoShard() {
    server.put("/a.tar", SIZE);
    for (int i = 0; i < 4; i++) {
      server.gets(RudeServer.lying(SIZE - 1000));
    }
    assertThatThrownBy(() -> bytes(server.url("/a.tar")))
        .hasMessage(
            server.url("/a.tar")
                + ": the server sends "
                + (SIZE - 1000)
                + " bytes where it told "
                + SIZE
                + " (4 tries)");
  }

  @Test
  void refusalsAreNotTriedAgain() {
    server.put("/a.tar", SIZE);
    server.heads(RudeServer.status(403));
    server.gets(RudeServer.status(403));
    assertThatThrownBy(() -> bytes(server.url("/a.tar")))
        .hasMessage(server.url("/a.tar") + ": HTTP 403 (not allowed) (1 try)");
    assertThat(server.seen()).containsExactly("HEAD /a.tar", "GET /a.tar bytes=0-0");
    assertThatThrownBy(() -> bytes(server.url("/no.tar?key=secret")))
        .hasMessage(server.url("/no.tar?...") + ": HTTP 404 (no such object) (1 try)");
    assertThat(server.seen()).hasSize(3);
  }

  @Test
  void aServerThatRefusesHeadIsAskedForOneByte() throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    server.heads(RudeServer.status(403));
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
    assertThat(server.seen()).containsExactly("HEAD /a.tar", "GET /a.tar bytes=0-0", "GET /a.tar");
  }

  @Test
  void anOutOfRangeAnswerBeginsAnew() throws IOException {
    byte[] sent = server.put("/a.tar", SIZE);
    server.gets(RudeServer.cutAfter(1000), RudeServer.status(416));
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
    assertThat(server.seen()).endsWith("HEAD /a.tar", "GET /a.tar");
  }

  @Test
  void anEmptyShardIsAFile() throws IOException {
    server.put("/a.tar", 0);
    assertThat(bytes(server.url("/a.tar"))).isEmpty();
  }

  @Test
  void nobodyThere() throws IOException {
    String gone = server.url("/a.tar");
    server.close();
    assertThatThrownBy(() -> cache.hold(gone))
        .isInstanceOf(UnreachableShard.class)
        .hasMessage(gone + ": no connection (4 tries)");
    assertThatThrownBy(() -> cache.hold("http://no-such-host.invalid/a.tar"))
        .hasMessage("http://no-such-host.invalid/a.tar: no such host (4 tries)");
  }

  @Test
  void whatIsAheadIsThereWhenHeld() throws Exception {
    byte[] sent = server.put("/a.tar", SIZE);
    cache.ahead(server.url("/a.tar"));
    cache.ahead(server.url("/a.tar"));
    while (server.seen().size() < 2) {
      Thread.sleep(5);
    }
    assertThat(bytes(server.url("/a.tar"))).isEqualTo(sent);
    assertThat(server.seen()).hasSize(2);
  }

  @Test
  void theLaterHoldTellsWhatFailedAhead() {
    server.put("/a.tar", SIZE);
    server.heads(RudeServer.status(404));
    cache.ahead(server.url("/a.tar"));
    assertThatThrownBy(() -> cache.hold(server.url("/a.tar"))).hasMessageContaining("HTTP 404");
    assertThat(server.seen()).hasSize(1);
  }

  @Test
  void threadsThatWantOneShardFetchItOnce() throws Exception {
    byte[] sent = server.put("/a.tar", SIZE);
    cache.info(server.url("/a.tar"));
    List<Callable<byte[]>> wants = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      wants.add(() -> bytes(server.url("/a.tar")));
    }
    try (var pool = Executors.newFixedThreadPool(8)) {
      for (Future<byte[]> got : pool.invokeAll(wants)) {
        assertThat(got.get()).isEqualTo(sent);
      }
    }
    assertThat(server.seen()).containsExactly("HEAD /a.tar", "GET /a.tar");
  }

  @Test
  void theLongestUnusedGoesFirstAndHeldOnesStay() throws Exception {
    try (ShardCache small = new ShardCache(options(temp.resolve("small"), 1000))) {
      cache.close();
      cache = small;
      for (int i = 0; i < 6; i++) {
        server.put("/" + i + ".tar", 300);
      }
      Held first = small.hold(server.url("/0.tar"));
      bytes(server.url("/1.tar"));
      Thread.sleep(10);
      bytes(server.url("/2.tar"));
      Thread.sleep(10);
      // used again: now 2 is the longest unused
      bytes(server.url("/1.tar"));
      Thread.sleep(10);
      bytes(server.url("/3.tar"));
      assertThat(shards("small")).containsExactly("0.tar", "1.tar", "3.tar");
      bytes(server.url("/4.tar"));
      bytes(server.url("/5.tar"));
      assertThat(shards("small")).containsExactly("0.tar", "4.tar", "5.tar");
      assertThat(first.file()).exists();
      first.close();
      bytes(server.url("/1.tar"));
      assertThat(shards("small")).containsExactly("1.tar", "4.tar", "5.tar");
    }
  }

  @Test
  void shardsInUseThatFillTheCacheAreSaidSo() throws IOException {
    try (ShardCache small = new ShardCache(options(temp.resolve("small"), 1000))) {
      server.put("/0.tar", 600);
      server.put("/1.tar", 600);
      server.put("/2.tar", 1001);
      Held held = small.hold(server.url("/0.tar"));
      assertThatThrownBy(() -> small.hold(server.url("/1.tar")))
          .hasMessageContaining(server.url("/1.tar") + ": no room for ")
          .hasMessageContaining("shards in use fill its ")
          .hasMessageEndingWith("(FILIP_CACHE_GIB)");
      held.close();
      small.hold(server.url("/1.tar")).close();
      assertThatThrownBy(() -> small.hold(server.url("/2.tar")))
          .hasMessageContaining("does not fit the cache's bound");
    }
  }

  @Test
  void whatWasFetchedAheadGivesWay() throws Exception {
    try (ShardCache small = new ShardCache(options(temp.resolve("small"), 1000))) {
      server.put("/0.tar", 600);
      server.put("/1.tar", 600);
      small.ahead(server.url("/0.tar"));
      while (shards("small").isEmpty()) {
        Thread.sleep(5);
      }
      small.hold(server.url("/1.tar")).close();
      assertThat(shards("small")).containsExactly("1.tar");
    }
  }

  @Test
  void aFullDiskIsOneLine() throws IOException {
    server.put("/a.tar", SIZE);
    try (ShardCache full = new ShardCache(options(temp.resolve("full"), 10_000_000), _ -> 1000)) {
      assertThatThrownBy(() -> full.hold(server.url("/a.tar")))
          .hasMessage(
              "the disk of the shard cache "
                  + temp.resolve("full")
                  + " is full: "
                  + server.url("/a.tar")
                  + " needs 0.3 MiB, 0.0 MiB are free (FILIP_CACHE names another folder)");
    }
    assertThat(server.seen()).containsExactly("HEAD /a.tar");
  }

  /** Linux has a file that is always full. */
  @Test
  void aDiskThatFillsWhileItIsWrittenIsOneLine() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/full")));
    server.put("/a.tar", SIZE);
    ObjectInfo info = cache.info(server.url("/a.tar"));
    CacheFolder folder = new CacheFolder(temp.resolve("cache"), 10_000_000, _ -> 10_000_000);
    Path link = Files.createSymbolicLink(folder.slot(info).part(), Path.of("/dev/full"));
    assertThatThrownBy(() -> cache.hold(server.url("/a.tar")))
        .hasMessageStartingWith("the disk of the shard cache " + temp.resolve("cache") + " is full")
        .hasMessageNotContaining("Exception");
    Files.deleteIfExists(link);
  }

  @Test
  void smallFilesAreReadWhole() throws IOException {
    byte[] sent = server.put("/sizes.json", 1234);
    server.gets(RudeServer.status(500));
    assertThat(cache.small(server.url("/sizes.json"))).isEqualTo(sent);
    assertThat(cache.small(server.url("/none.json"))).isNull();
    server.gets(RudeServer.status(403));
    assertThat(cache.small(server.url("/none.json"))).isNull();
    server.gets(RudeServer.status(501));
    assertThatThrownBy(() -> cache.small(server.url("/sizes.json")))
        .hasMessageEndingWith(": HTTP 501 (the server cannot do that) (1 try)");
    assertThat(server.seen()).hasSize(5);
    Path file = Files.write(temp.resolve("sizes.json"), sent);
    assertThat(cache.small(file.toString())).isEqualTo(sent);
    assertThat(cache.small(temp.resolve("none.json").toString())).isNull();
  }

  @Test
  void localFilesAreNotCopied() throws IOException {
    Path file = Files.write(temp.resolve("a b.tar"), new byte[10]);
    assertThat(cache.isRemote(file.toString())).isFalse();
    try (Held held = cache.hold(file.toString());
        Held byUrl = cache.hold(file.toUri().toString())) {
      assertThat(held.file()).isEqualTo(file);
      assertThat(byUrl.file()).isEqualTo(file);
      assertThat(held.info().size()).isEqualTo(10);
      assertThat(held.info().version()).isEqualTo(byUrl.info().version());
    }
    assertThatThrownBy(() -> cache.hold(temp + "/none.tar"))
        .hasMessage(temp + "/none.tar: no such file (1 try)");
    assertThat(temp.resolve("cache")).as("made with the first remote shard").doesNotExist();
  }

  @Test
  void foldersAreListedInOrder() throws IOException {
    Files.write(temp.resolve("b.tar"), new byte[2]);
    Files.write(temp.resolve("a.tar"), new byte[1]);
    Files.createDirectory(temp.resolve("c.tar"));
    assertThat(cache.list(temp + "/"))
        .extracting(ObjectInfo::location, ObjectInfo::size)
        .containsExactly(tuple(temp + "/a.tar", 1L), tuple(temp + "/b.tar", 2L));
    assertThatThrownBy(() -> cache.list(server.url("/x/")))
        .hasMessageContaining("a web server does not list its files");
  }

  @Test
  void unknownPlaces() {
    assertThatThrownBy(() -> cache.hold("s3://b/a.tar"))
        .isInstanceOf(BadInput.class)
        .hasMessage("s3://b/a.tar: reading S3 needs filip-s3 on the class path");
    assertThatThrownBy(() -> cache.hold("gs://b/a.tar"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("nothing reads gs://");
    assertThatThrownBy(() -> cache.hold("http://h/a b.tar"))
        .isInstanceOf(BadInput.class)
        .hasMessage("location must be a URL (%20 for a space), got http://h/a b.tar");
  }

  @Test
  void aClosedCacheSaysSo() {
    server.put("/a.tar", SIZE);
    cache.close();
    assertThatThrownBy(() -> cache.hold(server.url("/a.tar")))
        .isInstanceOf(IOException.class)
        .hasMessage("the shard cache is closed");
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(temp.resolve("cache"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Names of the whole shards there. */
  private List<String> shards(String folder) throws IOException {
    if (!Files.exists(temp.resolve(folder))) {
      return List.of();
    }
    try (var files = Files.list(temp.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".tar"))
          .map(name -> name.replaceAll("^.*-", ""))
          .sorted()
          .toList();
    }
  }
}
