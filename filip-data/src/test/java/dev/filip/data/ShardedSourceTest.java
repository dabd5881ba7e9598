package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.filip.io.BadInput;
import dev.filip.io.OwnJava;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardedSourceTest {
  /** Enough for an index. */
  private static final int MANY = ShardCounts.INDEXED_FROM + 16;

  @TempDir Path root;
  private Path folder;
  private Path cache;
  private CountingFiles files;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void places() throws IOException {
    folder = Files.createDirectory(root.resolve("data"));
    cache = root.resolve("cache");
    files = new CountingFiles(cache);
  }

  private SampleSource open(Object spec, SourceOptions options) {
    files = new CountingFiles(cache.resolve("shards"));
    return Sources.open(spec.toString(), options, files, cache, said::add);
  }

  private SampleSource open(Object spec) {
    return open(spec, SourceOptions.DEFAULT);
  }

  private void write(Path out, int samples, int perShard, int imageBytes) throws IOException {
    try (ShardWriter writer = new ShardWriter(out, perShard)) {
      for (int i = 0; i < samples; i++) {
        byte[] image = new byte[imageBytes];
        Arrays.fill(image, (byte) i);
        writer.add("k" + i, Map.of("png", image, "txt", utf8("caption " + i)));
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void text(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private static String sizes(int shards, int size) {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < shards; i++) {
      json.append(String.format(Locale.ROOT, "%s\"%06d.tar\": %d", i == 0 ? "" : ",", i, size));
    }
    return json.append('}').toString();
  }

  @Test
  void toldSizesOpenNoShard() throws IOException {
    for (int i = 0; i < 300; i++) {
      text(String.format(Locale.ROOT, "%06d.tar", i), "no tar at all");
    }
    text("sizes.json", sizes(300, 7));
    for (Object spec : List.of(folder, folder + "/{000000..000299}.tar")) {
      try (SampleSource source = open(spec)) {
        assertThat(source.describe()).contains("2,100 samples in 300 webdataset shards");
        assertThat(source.counted()).isTrue();
        assertThat(source.size()).isEqualTo(2100);
        assertThat(source.size(299)).isEqualTo(7);
        assertThat(files.holds).hasValue(0);
        assertThat(files.infos).hasValue(0);
        assertThat(files.smalls.get()).isLessThan(4);
        assertThatThrownBy(() -> source.open(8))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("000008.tar is ");
        assertThat(files.holds).hasValue(1);
        assertThat(source.shape()).isEqualTo(source.shape()).hasSize(64);
      }
    }
    assertThatThrownBy(() -> open(folder + "/{000000..000300}.tar"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("000300.tar");
  }

  @Test
  void statisticsOfImg2datasetTellSizes() throws IOException {
    write(folder, 5, 2, 9);
    for (int i = 0; i < 3; i++) {
      text("00000" + i + "_stats.json", "{\"count\": 9, \"successes\": " + (i == 2 ? 1 : 2) + "}");
    }
    try (SampleSource source = open(folder)) {
      assertThat(source.describe()).contains("5 samples in 3").contains("_stats.json");
      assertThat(files.holds).hasValue(0);
      assertThat(source.read(4).captions()).containsExactly("caption 4");
      assertThat(files.holds).hasValue(1);
    }
    text("000000_stats.json", "{\"successes\": -1}");
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("successes must be a number of samples, got -1");
  }

  @Test
  void wrongSizesAreSaidOnceAndTheShardRules() throws IOException {
    write(folder, 8, 4, 9);
    text("sizes.json", "{\"000000.tar\": 6, \"000001.tar\": 3}");
    try (SampleSource source = open(folder)) {
      assertThat(source.size()).isEqualTo(9);
      assertThat(source.read(3).captions()).containsExactly("caption 3");
      assertThatThrownBy(() -> source.text(4))
          .isInstanceOfSatisfying(
              UnreadableSample.class, e -> assertThat(e.reason()).isEqualTo("missing"));
      assertThat(source.text(6).captions()).containsExactly("caption 4");
      try (SampleSource.Shard shard = source.open(0)) {
        assertThat(shard.size()).isEqualTo(4);
      }
      assertThat(said)
          .hasSize(2)
          .first()
          .asString()
          .contains("000000.tar holds 4 samples, not 6 as sizes.json tells");
      assertThatThrownBy(() -> source.read(9)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    text("sizes.json", "{\"000000.tar\": 1.5}");
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("sizes.json: 000000.tar must be");
  }

  @Test
  void keysOfToldSourcesCarryTheirShard() throws IOException {
    write(folder.resolve("a"), 2, 1, 9);
    write(folder.resolve("b"), 2, 2, 9);
    try (SampleSource source = open(folder + "/a::" + folder + "/b")) {
      assertThat(keys(source)).containsExactly("k0", "k1", "000000/k0", "000000/k1");
    }
    Files.writeString(folder.resolve("a/sizes.json"), sizes(2, 1));
    Files.writeString(folder.resolve("b/sizes.json"), sizes(1, 2));
    try (SampleSource source = open(folder + "/a::" + folder + "/b")) {
      assertThat(keys(source))
          .containsExactly("a/000000/k0", "a/000001/k1", "b/000000/k0", "b/000000/k1");
    }
  }

  private static List<String> keys(SampleSource source) throws IOException {
    List<String> keys = new ArrayList<>();
    for (long i = 0; i < source.size(); i++) {
      keys.add(source.text(i).key());
    }
    return keys;
  }

  @Test
  void shardsAndTheWholeGiveTheSameSamples() throws IOException {
    write(folder, 23, 2, 3000); // more shards than are kept open
    try (SampleSource source = open(folder)) {
      long index = 0;
      for (int s = 0; s < source.shards(); s++) {
        source.ahead(s);
        try (SampleSource.Shard shard = source.open(s)) {
          assertThat(shard.size()).isEqualTo(source.size(s));
          for (int i = 0; i < shard.size(); i++, index++) {
            assertThat(shard.read(i)).usingRecursiveComparison().isEqualTo(source.read(index));
            assertThat(shard.image(i)).hasSize(3000).containsOnly((byte) index);
          }
        }
      }
      assertThat(index).isEqualTo(source.size());
      IntStream.range(0, 4000)
          .parallel()
          .forEach(i -> assertThat(caption(source, 7 * i % 23)).isEqualTo("caption " + 7 * i % 23));
      assertThatThrownBy(() -> source.read(23)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> source.read(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static String caption(SampleSource source, int index) {
    try {
      return source.text(index).captions().getFirst();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void anIndexIsWrittenOnceAndFollowsItsShards() throws IOException {
    write(folder, MANY, 9000, 1);
    try (SampleSource source = open(folder)) {
      assertThat(source.size()).isEqualTo(MANY);
    }
    Path index = folder.resolve(ShardIndexes.NAME);
    assertThat(index).exists();
    // headers are not looked at again: one is spoilt and nobody sees it
    Path second = folder.resolve("000001.tar");
    byte[] whole = Files.readAllBytes(second);
    FileTime time = Files.getLastModifiedTime(second);
    byte[] cut = whole.clone();
    Arrays.fill(cut, 4 * 512, 5 * 512, (byte) 7); // a header
    Files.write(second, cut);
    Files.setLastModifiedTime(second, time);
    try (SampleSource source = open(folder)) {
      assertThat(source.size()).isEqualTo(MANY);
      assertThat(source.text(9000).captions()).containsExactly("caption 9000");
    }
    // another time is another version
    Files.setLastModifiedTime(second, FileTime.fromMillis(1_700_000_000_000L));
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("000001.tar is not a tar: bad header");
    // as is another size
    Path longer = Files.createDirectory(root.resolve("longer"));
    write(longer, 9001, 9001, 1);
    Files.copy(
        longer.resolve("000000.tar"), second, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (SampleSource source = open(folder)) {
      assertThat(source.size()).isEqualTo(9000 + 9001);
      assertThat(source.text(9000).captions()).containsExactly("caption 0");
      assertThat(source.text(18_000).key()).isEqualTo("k9000");
    }
    assertThat(said).isEmpty();
    try (var all = Files.list(folder)) {
      assertThat(all).hasSize(3);
    }
  }

  @Test
  void aDamagedIndexIsMadeAnew() throws IOException {
    write(folder, MANY, MANY, 1);
    open(folder).close();
    Path index = folder.resolve(ShardIndexes.NAME);
    byte[] whole = Files.readAllBytes(index);
    for (int at : new int[] {0, 16, 500, whole.length / 2, whole.length - 40, whole.length - 1}) {
      byte[] broken = whole.clone();
      broken[at] ^= 0x55;
      for (byte[] wrong : List.of(broken, Arrays.copyOf(whole, at))) {
        Files.write(index, wrong);
        try (SampleSource source = open(folder)) {
          assertThat(source.size()).isEqualTo(MANY);
          assertThat(source.text(MANY - 1).captions()).containsExactly("caption " + (MANY - 1));
        }
      }
    }
    assertThat(said).isEmpty();
  }

  @Test
  void severalProcessesMayIndexOneFolder() throws Exception {
    write(folder, MANY, 3000, 1);
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      List<String> command =
          OwnJava.command(List.of(), Opener.class.getName(), List.of(folder.toString()));
      children.add(new ProcessBuilder(command).redirectErrorStream(true).start());
    }
    try (var pool = Executors.newFixedThreadPool(3)) {
      for (var done : pool.invokeAll(java.util.Collections.nCopies(3, () -> counted(folder)))) {
        assertThat(done.get()).isEqualTo((long) MANY);
      }
    }
    for (Process child : children) {
      assertThat(new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains(MANY + " caption 9000");
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(ShardIndex.read(folder.resolve(ShardIndexes.NAME)).shards()).isEqualTo(6);
    try (var all = Files.list(folder)) {
      assertThat(all).hasSize(7);
    }
  }

  private long counted(Path place) throws IOException {
    var own = new CountingFiles(cache.resolve("shards"));
    try (SampleSource source =
        Sources.open(place.toString(), SourceOptions.DEFAULT, own, cache, said::add)) {
      return source.size();
    }
  }

  /** The second process. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) throws IOException {
      try (SampleSource source = Sources.open(arguments[0], SourceOptions.DEFAULT)) {
        System.out.println(source.size() + " " + source.text(9000).captions().getFirst());
      }
    }
  }

  @Test
  void manyUntoldShardsAreCountedWhenAsked() throws IOException {
    write(folder, 300, 1, 1);
    try (SampleSource source = open(folder)) {
      assertThat(source.describe()).contains("300 webdataset shards").contains("not counted");
      assertThat(source.counted()).isFalse();
      assertThat(source.size(12)).isEqualTo(-1);
      try (SampleSource.Shard shard = source.open(12)) {
        assertThat(shard.text(0).key()).isEqualTo("000012/k12");
      }
      assertThat(files.holds).hasValue(1);
      assertThat(source.size(12)).isEqualTo(-1);
      assertThat(source.size()).isEqualTo(300);
      assertThat(source.counted()).isTrue();
      assertThat(source.describe()).contains("300 samples in 300");
      assertThat(source.text(299).captions()).containsExactly("caption 299");
    }
  }

  @Test
  void aTotalBesideTheShardsSavesCounting() throws IOException {
    write(folder, 300, 1, 1);
    text("__len__", "301\n");
    try (SampleSource source = open(folder)) {
      assertThat(source.size()).isEqualTo(301);
      assertThat(source.counted()).isFalse();
      assertThat(files.holds).hasValue(0);
      assertThat(source.text(299).captions()).containsExactly("caption 299");
      assertThatThrownBy(() -> source.text(300)).isInstanceOf(UnreadableSample.class);
    }
    try (SampleSource some = open(folder + "/{000000..000298}.tar")) {
      assertThat(some.size()).isEqualTo(299);
    }
    text("__len__", "many");
    try (SampleSource source = open(folder)) {
      assertThatThrownBy(source::size)
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("__len__ must be a number of samples, got many");
    }
  }

  @Test
  void truncatedShardsOfToldSourcesAreRefusedWhenTheyAreOpened() throws IOException {
    write(folder, 4, 4, 600);
    text("sizes.json", sizes(1, 4));
    Path shard = folder.resolve("000000.tar");
    Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 5000));
    try (SampleSource source = open(folder)) {
      assertThatThrownBy(() -> source.open(0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("000000.tar is truncated: it ends at offset 5000");
    }
    try (SampleSource source = open(folder, SourceOptions.DEFAULT.keepingTruncated());
        SampleSource.Shard kept = source.open(0)) {
      assertThat(kept.size()).isEqualTo(1);
    }
  }

  @Test
  void hundredsOfMillionsOfSamplesOpenAtOnce() throws IOException {
    HttpServer server = serve();
    try {
      text("sizes.json", sizes(34_000, 10_000));
      Runtime runtime = Runtime.getRuntime();
      System.gc();
      long before = runtime.totalMemory() - runtime.freeMemory();
      long started = System.nanoTime();
      try (SampleSource source = open(address(server) + "{000000..033999}.tar")) {
        assertThat(source.size()).isEqualTo(340_000_000L);
        assertThat(source.describe()).contains("340,000,000 samples");
        assertThat(requests).hasSize(1);
        double seconds = (System.nanoTime() - started) / 1e9;
        System.gc();
        long heap = runtime.totalMemory() - runtime.freeMemory() - before;
        assertThat(heap).isLessThan(32 << 20);
        assertThat(seconds).isLessThan(20);
      }
    } finally {
      server.stop(0);
    }
  }

  private final Map<String, Integer> requests = new ConcurrentHashMap<>();

  /** The folder behind a web server that counts what is asked for. */
  private HttpServer serve() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String name = exchange.getRequestURI().getPath().substring(1);
            requests.merge(name, 1, Integer::sum);
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
              exchange.sendResponseHeaders(404, -1);
              return;
            }
            byte[] bytes = Files.readAllBytes(file);
            exchange.getResponseHeaders().add("ETag", "\"" + Arrays.hashCode(bytes) + "\"");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().add("Content-Length", Integer.toString(bytes.length));
            exchange.sendResponseHeaders(200, head ? -1 : bytes.length);
            if (!head) {
              exchange.getResponseBody().write(bytes);
            }
          }
        });
    server.start();
    return server;
  }

  private static String address(HttpServer server) {
    return "http://localhost:" + server.getAddress().getPort() + "/";
  }

  @Test
  void remoteShardsAreFetchedOnceAndReadLikeLocalOnes() throws IOException {
    write(folder, 40, 10, 5000);
    text("classnames.txt", "cat\ndog\n");
    HttpServer server = serve();
    try {
      String spec = address(server) + "{000000..000003}.tar";
      try (SampleSource remote = open(spec);
          SampleSource local = Sources.open(folder.toString(), SourceOptions.DEFAULT)) {
        assertThat(remote.counted()).isFalse();
        assertThat(requests.keySet()).noneMatch(name -> name.endsWith(".tar"));
        remote.ahead(3);
        assertThat(remote.classNames()).containsExactly("cat", "dog");
        assertThat(remote.size()).isEqualTo(40);
        for (int i = 0; i < 40; i++) {
          Sample sample = local.read(i);
          assertThat(remote.text(i).captions()).isEqualTo(sample.captions());
          assertThat(remote.text(i).key()).isEqualTo("00000" + i / 10 + "/" + sample.key());
          assertThat(remote.read(i).image()).isEqualTo(sample.image());
        }
        for (int s = 0; s < 4; s++) {
          assertThat(requests.get("00000" + s + ".tar")).isLessThanOrEqualTo(2); // size, content
        }
      }
      requests.clear();
      text("sizes.json", sizes(4, 10));
      try (SampleSource again = open(spec)) {
        assertThat(again.size()).isEqualTo(40);
        assertThat(requests.keySet()).noneMatch(name -> name.endsWith(".tar"));
        assertThat(again.text(39).captions()).containsExactly("caption 39");
        assertThat(requests.get("000003.tar")).isEqualTo(1); // is it still the same?
      }
      assertThatThrownBy(() -> open(address(server)))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("source must be shards that end in .tar");
      assertThatThrownBy(() -> open(address(server) + "picture.png"))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("picture.png");
    } finally {
      server.stop(0);
    }
  }
}
