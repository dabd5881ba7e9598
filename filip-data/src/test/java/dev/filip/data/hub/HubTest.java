package dev.filip.data.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.filip.data.store.Retry;
import dev.filip.data.store.Timeouts;
import dev.filip.data.store.UnreachableShard;
import dev.filip.io.BadInput;
import dev.filip.testing.HubServer;
import dev.filip.testing.HubServer.Manner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub that answers well and badly, and a cache that Python's tools share. */
class HubTest {
  private static final String WEIGHTS = "model.safetensors";
  private static final int SIZE = 20_001;

  @TempDir Path temp;
  private final Map<String, byte[]> files = new TreeMap<>();
  private HubServer server;

  @BeforeEach
  void start() throws IOException {
    for (String name :
        List.of("config.json", "tokenizer.json", "README.md", "tf_model.h5", "rust_model.ot")) {
      files.put(name, name.getBytes(StandardCharsets.UTF_8));
    }
    files.put(WEIGHTS, random(SIZE));
    files.put("pytorch_model.bin", random(5000));
    server = new HubServer("a-b/clip.x", files);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    return bytes;
  }

  private HubSettings settings() {
    return new HubSettings(
        URI.create(server.endpoint()),
        Optional.empty(),
        temp.resolve("hub"),
        false,
        new Timeouts(Duration.ofSeconds(5), Duration.ofMillis(600)),
        new Retry(3, Duration.ofMillis(1), Duration.ofMillis(5)));
  }

  private HubSettings offline() {
    HubSettings s = settings();
    return new HubSettings(s.endpoint(), s.token(), s.cache(), true, s.timeouts(), s.retry());
  }

  private HubSettings withToken(String token) {
    HubSettings s = settings();
    return new HubSettings(
        s.endpoint(),
        Optional.of(new HubSettings.Token(token)),
        s.cache(),
        false,
        s.timeouts(),
        s.retry());
  }

  private Hub.Fetched fetch() throws IOException {
    return Hub.fetch(HubModel.of("hf:a-b/clip.x"), settings());
  }

  private Path folder() {
    return temp.resolve("hub").resolve("models--a-b--clip.x");
  }

  private Path partial() {
    return folder().resolve("blobs").resolve(server.hash(WEIGHTS) + ".incomplete");
  }

  private void isWhole(Hub.Fetched fetched) throws IOException {
    assertThat(fetched.folder().resolve(WEIGHTS)).hasBinaryContent(files.get(WEIGHTS));
    assertThat(partial()).doesNotExist();
  }

  @Test
  void onlyWhatAnImportNeedsInTheHubsLayout() throws IOException {
    Hub.Fetched fetched = fetch();

    isWhole(fetched);
    assertThat(fetched.commit()).isEqualTo(server.commit());
    assertThat(fetched.folder()).isEqualTo(folder().resolve("snapshots").resolve(server.commit()));
    assertThat(fetched.folder().toFile().list())
        .containsExactlyInAnyOrder("config.json", "tokenizer.json", WEIGHTS);
    assertThat(folder().resolve("refs").resolve("main")).hasContent(server.commit());
    for (String name : List.of("config.json", WEIGHTS)) {
      Path link = fetched.folder().resolve(name);
      assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("../../blobs", server.hash(name)));
      assertThat(link).hasBinaryContent(files.get(name));
    }
    int before = server.seen().size();
    assertThat(fetch().fetched()).isZero();
    assertThat(server.seen()).hasSize(before + 1); // is main still that commit?
    assertThat(Hub.fetch(HubModel.of("hf:a-b/clip.x"), offline()).folder())
        .isEqualTo(fetched.folder());
    assertThat(server.seen()).hasSize(before + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "refs/pr/1", "0123456789abcdef0123456789abcdef01234567"})
  void revisions(String revision) throws IOException {
    HubModel model = HubModel.of("hf:a-b/clip.x@" + revision);
    Hub.Fetched fetched = Hub.fetch(model, settings());
    assertThat(fetched.origin())
        .containsEntry("revision", revision)
        .containsEntry("commit", server.commit())
        .containsEntry("model", "a-b/clip.x");
    assertThat(Hub.fetch(model, offline()).commit()).isEqualTo(server.commit());
    boolean named = !revision.equals(server.commit());
    assertThat(Files.exists(folder().resolve("refs").resolve(revision))).isEqualTo(named);
  }

  @ParameterizedTest
  @EnumSource(
      value = Manner.class,
      names = {"BUSY", "BROKEN", "CUT", "STALL", "EXPIRED", "SLOW"})
  void whatPassesIsTriedAgain(Manner manner) throws IOException {
    server.manners(WEIGHTS, manner, manner == Manner.SLOW ? manner : Manner.BROKEN);
    server.manners("config.json", manner == Manner.EXPIRED ? Manner.BUSY : manner);

    isWhole(fetch());
    boolean cut = manner == Manner.CUT || manner == Manner.STALL;
    assertThat(server.seen().stream().anyMatch(line -> line.contains("bytes="))).isEqualTo(cut);
  }

  @Test
  void aPartialFileIsGoneOnWith() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), Arrays.copyOf(files.get(WEIGHTS), 7777));

    Hub.Fetched fetched = fetch();

    isWhole(fetched);
    assertThat(server.seen()).contains("store GET /" + WEIGHTS + " bytes=7777-");
    assertThat(fetched.fetched())
        .isEqualTo(SIZE - 7777 + "config.json".length() + "tokenizer.json".length());
  }

  @ParameterizedTest
  @ValueSource(ints = {100, SIZE, SIZE + 1})
  void aPartialFileOfOtherBytesIsFetchedAnew(int size) throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), new byte[size]);
    isWhole(fetch());
  }

  @Test
  void aServerWithoutRanges() throws IOException {
    server.manners(WEIGHTS, Manner.CUT, Manner.WITHOUT_RANGES);
    isWhole(fetch());
  }

  @Test
  void wrongBytesAreNotKept() throws IOException {
    server.manners(WEIGHTS, Manner.WRONG);
    isWhole(fetch()); // the second time

    files.put("config.json", "{}".getBytes(StandardCharsets.UTF_8));
    try (HubServer wrong = new HubServer("a/b", files)) {
      wrong.manners("config.json", Manner.WRONG, Manner.WRONG);
      HubSettings s = settings();
      HubSettings there =
          new HubSettings(
              URI.create(wrong.endpoint()), s.token(), s.cache(), false, s.timeouts(), s.retry());
      assertThatThrownBy(() -> Hub.fetch(HubModel.of("hf:a/b"), there))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("config.json: the bytes that came, twice, are not those")
          .hasMessageContaining(wrong.hash("config.json"));
      Path other = temp.resolve("hub").resolve("models--a--b");
      assertThat(other.resolve("blobs").resolve(wrong.hash("config.json"))).doesNotExist();
      assertThat(other.resolve("snapshots")).doesNotExist();
    }
  }

  @Test
  void triesEnd() {
    server.manners(WEIGHTS, Manner.BROKEN, Manner.BUSY, Manner.BROKEN);
    assertThatThrownBy(this::fetch)
        .isInstanceOf(UnreachableShard.class)
        .hasMessageContaining("HTTP 503")
        .hasMessageContaining("(3 tries)");
    assertThat(folder().resolve("refs")).doesNotExist();
  }

  @Test
  void theTokenStaysAtTheHub() throws IOException {
    server.guard("hf_secret", "RepoNotFound");
    isWhole(Hub.fetch(HubModel.of("hf:a-b/clip.x"), withToken("hf_secret")));

    assertThat(server.seen()).anyMatch(line -> line.startsWith("store GET"));
    for (String line : server.seen()) {
      assertThat(line.endsWith(" token")).as(line).isEqualTo(line.startsWith("hub"));
    }
    assertThat(withToken("hf_secret").toString()).doesNotContain("secret");
    assertThatThrownBy(() -> withToken("hf_secret\nx: y"))
        .isInstanceOf(BadInput.class)
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hf:a-b/clip.x    | RepoNotFound | ''     | or it is private: give a token in HF_TOKEN (HTTP 401)",
        "hf:a-b/clip.x    | ''           | wrong  | does not take the token",
        "hf:a-b/clip.x    | GatedRepo    | ''     | its owner asks for consent: give it on",
        "hf:a-b/none      | ''           | secret | there is no such model at",
        "hf:a-b/clip.x@v9 | ''           | secret | @v9: there is no such revision at",
      })
  void refusals(String source, String code, String token, String words) {
    server.guard("secret", code);
    HubSettings settings = token.isEmpty() ? settings() : withToken(token);
    assertThatThrownBy(() -> Hub.fetch(HubModel.of(source), settings))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith(source)
        .hasMessageContaining(words)
        .hasMessageNotContaining("secret");
  }

  @Test
  void aFileThatIsListedAndGone() {
    server.manners("tokenizer.json", Manner.GONE);
    assertThatThrownBy(this::fetch)
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("a file that it lists is not there");
  }

  @Test
  void withoutAConnection() throws IOException {
    HubModel model = HubModel.of("hf:a-b/clip.x");
    assertThatThrownBy(() -> Hub.fetch(model, offline()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("HF_HUB_OFFLINE")
        .hasMessageContaining("is not in the cache");
    fetch();
    server.close();
    assertThatThrownBy(this::fetch)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no connection")
        .hasMessageContaining("HF_HUB_OFFLINE=1 takes what the cache has of it");
    assertThat(Hub.fetch(model, offline()).fetched()).isZero();
    Files.delete(folder().resolve("blobs").resolve(server.hash(WEIGHTS)));
    assertThatThrownBy(() -> Hub.fetch(model, offline()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("has no weights");
  }

  @Test
  void aSystemWithoutLinksGetsCopies() throws IOException {
    fetch();
    HubCache cache =
        new HubCache(
            temp.resolve("hub"),
            HubModel.of("hf:a-b/clip.x"),
            (link, _) -> {
              throw new FileSystemException(link.toString());
            });
    cache.show(server.commit(), WEIGHTS, new BlobHash(server.hash(WEIGHTS)));
    Path shown = cache.snapshot(server.commit()).resolve(WEIGHTS);
    assertThat(shown).hasBinaryContent(files.get(WEIGHTS));
    assertThat(Files.isSymbolicLink(shown)).isFalse();
    assertThat(cache.files(server.commit())).hasSize(3);
  }

  @Test
  void aModelInShards() throws IOException {
    String index = "{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}";
    Map<String, byte[]> sharded = new TreeMap<>(files);
    sharded.remove(WEIGHTS);
    sharded.put(WEIGHTS + ".index.json", index.getBytes(StandardCharsets.UTF_8));
    for (int shard = 1; shard <= 3; shard++) {
      sharded.put("m-" + shard + ".safetensors", random(6000 + shard));
    }
    server.close();
    server = new HubServer("a-b/clip.x", sharded);

    Path snapshot = fetch().folder();

    assertThat(snapshot.resolve("m-2.safetensors")).hasBinaryContent(random(6002));
    assertThat(snapshot.toFile().list())
        .hasSize(5)
        .contains("m-1.safetensors")
        .doesNotContain("m-3.safetensors", "pytorch_model.bin");
    Files.delete(snapshot.resolve("m-2.safetensors"));
    assertThatThrownBy(() -> Hub.fetch(HubModel.of("hf:a-b/clip.x"), offline()))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("names m-2.safetensors, which it does not have");
    assertThat(fetch().fetched()).isZero(); // its blob is there
  }

  @Test
  void aServerThatIsNoHub() throws IOException {
    byte[] page = "<html>log in</html>".getBytes(StandardCharsets.UTF_8);
    for (byte[] answer : List.of(page, "{}".getBytes(StandardCharsets.UTF_8))) {
      HttpServer other =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      other.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
          });
      other.start();
      String endpoint = "http://127.0.0.1:" + other.getAddress().getPort();
      HubSettings s = settings();
      HubSettings there =
          new HubSettings(
              URI.create(endpoint), s.token(), s.cache(), false, s.timeouts(), s.retry());
      assertThatThrownBy(() -> Hub.fetch(HubModel.of("hf:a/b"), there))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(endpoint)
          .hasMessageContaining(answer == page ? "answers no JSON" : "this is no hub");
      other.stop(0);
    }
  }

  @Test
  void severalAtOnceFetchOnce() throws Exception {
    server.manners(WEIGHTS, Manner.SLOW);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Callable<Hub.Fetched>> same = List.of(this::fetch, this::fetch, this::fetch);
      for (Future<Hub.Fetched> one : threads.invokeAll(same)) {
        isWhole(one.get());
      }
    }
    assertThat(server.seen().stream().filter(("store GET /" + WEIGHTS)::equals)).hasSize(1);
  }
}
