package dev.filip.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.data.ShardWriter;
import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.Retry;
import dev.filip.data.store.ShardCache;
import dev.filip.data.store.ShardFiles.Held;
import dev.filip.data.store.StoreFailure;
import dev.filip.data.store.Timeouts;
import dev.filip.data.store.UnreachableShard;
import dev.filip.io.OwnJava;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store found by the service loader, against a real S3 server with signed requests. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class S3StoreTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "aws.accessKeyId", "key",
          "aws.secretAccessKey", "secret",
          "aws.region", "eu-central-1");
  private static final Timeouts TIMEOUTS =
      new Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(5));

  private static S3Proxy server;
  private static BlobStoreContext context;
  private static BlobStore blobs;

  @TempDir Path temp;
  private ShardCache cache;

  @BeforeAll
  static void startServer() throws Exception {
    Properties settings = new Properties();
    context =
        ContextBuilder.newBuilder("transient")
            .credentials("key", "secret")
            .overrides(settings)
            .build(BlobStoreContext.class);
    blobs = context.getBlobStore();
    blobs.createContainerInLocation(null, "shards");
    server =
        S3Proxy.builder()
            .blobStore(blobs)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "key", "secret")
            .build();
    server.start();
    SETTINGS.forEach(System::setProperty);
    System.setProperty("aws.endpointUrlS3", "http://127.0.0.1:" + server.getPort());
  }

  @AfterAll
  static void stopServer() throws Exception {
    SETTINGS.keySet().forEach(System::clearProperty);
    System.clearProperty("aws.endpointUrlS3");
    server.stop();
    context.close();
  }

  @BeforeEach
  void open() {
    Retry retry = new Retry(3, Duration.ofMillis(1), Duration.ofMillis(5));
    cache =
        new ShardCache(new ShardCache.Options(temp.resolve("cache"), 1 << 20, retry, TIMEOUTS, 1));
  }

  @AfterEach
  void close() {
    cache.close();
  }

  private static byte[] put(String key, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    blobs.putBlob("shards", blobs.blobBuilder(key).payload(bytes).build());
    return bytes;
  }

  @Test
  void aShardIsFetchedWhole() throws IOException {
    byte[] sent = put("train/0 {%}?.tar", 300_001);
    try (Held held = cache.hold("s3://shards/train/0 {%}?.tar")) {
      assertThat(held.file()).hasBinaryContent(sent);
      assertThat(held.info().size()).isEqualTo(300_001);
      assertThat(held.info().version()).startsWith("\"");
    }
    assertThat(cache.isRemote("s3://shards/a.tar")).isTrue();
  }

  @Test
  void rangesAndVersions() throws IOException {
    byte[] sent = put("ranges.tar", 1000);
    try (S3Store store = new S3Store(S3Clients.ofEnvironment(TIMEOUTS), TIMEOUTS)) {
      ObjectInfo info = store.info("s3://shards/ranges.tar");
      try (var in = store.open("s3://shards/ranges.tar", 10, 20)) {
        assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(sent, 10, 30));
      }
      try (var in = store.open(info, 990)) {
        assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(sent, 990, 1000));
      }
      try (var in = store.open("s3://shards/ranges.tar", 0, -1)) {
        // closed early
        assertThat(in.read()).isEqualTo(sent[0] & 0xff);
      }
      assertThatThrownBy(() -> store.open("s3://shards/ranges.tar", 1001, -1).close())
          .isInstanceOf(StoreFailure.class)
          .hasMessageStartingWith("HTTP 416 (no such range)");
      put("ranges.tar", 999);
      assertThatThrownBy(() -> store.open(info, 990).close())
          .isInstanceOfSatisfying(
              StoreFailure.class, e -> assertThat(e.kind()).isEqualTo(StoreFailure.Kind.CHANGED));
    }
  }

  @Test
  void foldersAreListedInOrderBeyondAPage() throws IOException {
    for (int i = 0; i < 1003; i++) {
      put(String.format(Locale.ROOT, "many/%04d.tar", (i * 7) % 1003), 1 + i % 3);
    }
    put("many/below/0.tar", 5);
    var found = cache.list("s3://shards/many/");
    assertThat(found).hasSize(1003);
    assertThat(found.getFirst().location()).isEqualTo("s3://shards/many/0000.tar");
    assertThat(found.getLast().location()).isEqualTo("s3://shards/many/1002.tar");
    assertThat(found).isSortedAccordingTo(Comparator.comparing(ObjectInfo::location));
    ObjectInfo asked = cache.info(found.get(5).location());
    assertThat(asked).isEqualTo(found.get(5));
  }

  @Test
  void whatIsNotThere() throws IOException {
    assertThat(cache.small("s3://shards/sizes.json")).isNull();
    byte[] sent = put("there/sizes.json", 77);
    assertThat(cache.small("s3://shards/there/sizes.json")).isEqualTo(sent);
    assertThatThrownBy(() -> cache.hold("s3://shards/none.tar"))
        .isInstanceOf(UnreachableShard.class)
        .hasMessageStartingWith("s3://shards/none.tar: HTTP 404 (no such object)")
        .hasMessageEndingWith(" (1 try)");
    assertThatThrownBy(() -> cache.hold("s3://no-bucket/none.tar"))
        .hasMessageStartingWith("s3://no-bucket/none.tar: HTTP 404 (no such object)");
    assertThatThrownBy(() -> cache.hold("s3://shards"))
        .hasMessage("location must be s3://BUCKET/KEY, got s3://shards");
  }

  @Test
  void theWrongSecretIsRefusedInOneLine() {
    System.setProperty("aws.secretAccessKey", "wrong");
    try {
      put("a.tar", 10);
      assertThatThrownBy(() -> cache.hold("s3://shards/a.tar"))
          .hasMessageStartingWith("s3://shards/a.tar: HTTP 403 (not allowed)")
          .hasMessageEndingWith(" (1 try)")
          .hasMessageNotContaining("Exception");
    } finally {
      System.setProperty("aws.secretAccessKey", "secret");
    }
  }

  @Test
  void aServerThatIsGoneIsTriedAgainAndNamed() {
    String there = System.getProperty("aws.endpointUrlS3");
    System.setProperty("aws.endpointUrlS3", "http://127.0.0.1:1");
    try {
      assertThatThrownBy(() -> cache.hold("s3://shards/a.tar"))
          .isInstanceOf(UnreachableShard.class)
          .hasMessage("s3://shards/a.tar: no connection (Connection refused) (3 tries)");
    } finally {
      System.setProperty("aws.endpointUrlS3", there);
    }
  }

  @Test
  void aBucketIsASource() throws Exception {
    Path made = temp.resolve("made");
    try (ShardWriter writer = new ShardWriter(made, 2)) {
      for (int i = 0; i < 5; i++) {
        byte[] text = ("c" + i + ":").getBytes(UTF_8);
        writer.add("k" + i, Map.of("png", new byte[10 + i], "txt", text));
      }
    }
    for (int i = 0; i < 3; i++) {
      String name = String.format(Locale.ROOT, "%06d.tar", i);
      byte[] bytes = Files.readAllBytes(made.resolve(name));
      blobs.putBlob("shards", blobs.blobBuilder("pairs/" + name).payload(bytes).build());
    }
    String whole = "3 shards: c0:10 c1:11 c2:12 c3:13 c4:14";
    assertThat(read("s3://shards/pairs/")).as("listed").isEqualTo(whole);
    assertThat(read("s3://shards/pairs/{000000..000002}.tar")).as("named").isEqualTo(whole);
  }

  private String read(String source) throws Exception {
    List<String> flags = new ArrayList<>();
    SETTINGS.forEach((key, value) -> flags.add("-D" + key + "=" + value));
    flags.add("-Daws.endpointUrlS3=" + System.getProperty("aws.endpointUrlS3"));
    var builder =
        new ProcessBuilder(OwnJava.command(flags, SourceProcess.class.getName(), List.of(source)));
    builder.environment().put("FILIP_CACHE", temp.resolve("of-the-process").toString());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor()).isZero();
    return said;
  }

  @Test
  void filesStayInTheFolder() throws IOException {
    put("x/y.tar", 10);
    cache.hold("s3://shards/x/y.tar").close();
    try (var files = Files.list(temp.resolve("cache"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .anyMatch(name -> name.endsWith("-10-y.tar"));
    }
  }
}
