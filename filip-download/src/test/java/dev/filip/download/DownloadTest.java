package dev.filip.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.data.UrlColumns;
import dev.filip.data.UrlRow;
import dev.filip.data.UrlTable;
import dev.filip.image.ImageHeader;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole downloads from a server that misbehaves in every way. */
class DownloadTest {
  private static final Limits LIMITS =
      new Limits(
          Duration.ofSeconds(5),
          Duration.ofMillis(1500),
          1 << 10,
          Duration.ofMillis(300),
          1 << 20,
          1_000_000,
          3);

  @TempDir private Path folder;
  private RudeHost host;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void begin() throws IOException {
    host = new RudeHost();
  }

  @AfterEach
  void end() throws IOException {
    host.close();
  }

  private static Manners manners(int perHost, int retries) {
    return new Manners(
        16,
        perHost,
        Duration.ZERO,
        Duration.ofSeconds(3),
        retries,
        Duration.ofMillis(20),
        "filip",
        true,
        Manners.DIRECTIVES,
        true,
        1);
  }

  private static DownloadOptions options(int perShard) {
    return new DownloadOptions(perShard, Fit.DEFAULT, LIMITS, manners(8, 1), false, false);
  }

  private static DownloadOptions again(DownloadOptions options) {
    return new DownloadOptions(
        options.perShard(), options.fit(), options.limits(), options.manners(), true, false);
  }

  private ObjectNode run(Path table, DownloadOptions options, Path out) throws IOException {
    return run(table, options, out, Net.standard(options.manners().allowPrivate()));
  }

  private ObjectNode run(Path table, DownloadOptions options, Path out, Net net)
      throws IOException {
    try (UrlTable rows =
        UrlTable.open(table.toString(), new UrlColumns(null, null, List.of("source")), null)) {
      return new Download(rows, options, said::add, net).write(out);
    }
  }

  private static Map<String, Integer> failed(JsonNode answer) {
    Map<String, Integer> failed = new TreeMap<>();
    answer.get("failed").properties().forEach(e -> failed.put(e.getKey(), e.getValue().asInt()));
    return failed;
  }

  private static List<UrlRow> rows(Path parquet, String... columns) throws IOException {
    List<UrlRow> rows = new ArrayList<>();
    try (UrlTable table =
        UrlTable.open(
            parquet.toString(), new UrlColumns("url", "caption", List.of(columns)), null)) {
      table.each(0, rows::add);
    }
    return rows;
  }

  @Test
  void aServerThatMisbehavesInEveryWay() throws IOException {
    byte[] good = Made.jpeg(1, 60, 40);
    host.on("/good.jpg", RudeHost.ok(good));
    host.on("/a.png", RudeHost.ok(Made.png(2, 30, 50)));
    host.on("/moved", RudeHost.redirect("/a b.jpg")).on("/a%20b.jpg", RudeHost.ok(good));
    host.on("/packed.jpg", RudeHost.ok(RudeHost.gzip(good), "Content-Encoding: gzip"));
    host.on("/busy.jpg", RudeHost.status(429, "Retry-After: 1"), RudeHost.ok(good));
    host.on(
        "/later.jpg", RudeHost.status(503, "Retry-After: " + RudeHost.date(1)), RudeHost.ok(good));
    host.on("/cut-once.jpg", RudeHost.cut(good, 50), RudeHost.ok(good));
    host.on("/stalls.jpg", RudeHost.slow(20_000, RudeHost.ok(good)));
    host.on("/drips.jpg", RudeHost.drip(100));
    host.on("/endless.jpg", RudeHost.endless());
    host.on("/large.jpg", RudeHost.ok(Made.zeros((1 << 20) + 1)));
    host.on("/wrong-length.jpg", RudeHost.wrongLength(good));
    host.on("/cut.jpg", RudeHost.cut(good, good.length - 7));
    host.on("/half.jpg", RudeHost.ok(java.util.Arrays.copyOf(good, good.length / 2)));
    host.on(
        "/gzip-bomb.jpg",
        RudeHost.ok(RudeHost.gzip(Made.zeros(40 << 20)), "Content-Encoding: gzip"));
    host.on("/no-gzip.jpg", RudeHost.ok(good, "Content-Encoding: gzip"));
    host.on("/brotli.jpg", RudeHost.ok(good, "Content-Encoding: br"));
    host.on("/pixel-bomb.png", RudeHost.ok(Made.pixelBomb()));
    host.on("/page.jpg", RudeHost.ok("<html>no</html>".getBytes(StandardCharsets.UTF_8)));
    host.on("/empty.jpg", RudeHost.ok(new byte[0]));
    host.on("/loop", RudeHost.redirect("/loop2")).on("/loop2", RudeHost.redirect("/loop"));
    for (int i = 0; i < 6; i++) {
      host.on("/hop" + i, RudeHost.redirect("/hop" + (i + 1)));
    }
    host.on("/to-file", RudeHost.redirect("file:///etc/passwd"));
    host.on("/nowhere", RudeHost.status(302));
    host.on("/hello.jpg", RudeHost.gibberish());
    host.on("/hour.jpg", RudeHost.status(500));
    host.on("/noai.jpg", RudeHost.ok(good, "X-Robots-Tag: other: all, NoAI"));
    host.on("/noai2.jpg", RudeHost.ok(good, "X-Robots-Tag: noarchive, NoAI"));
    host.on("/mine.jpg", RudeHost.ok(good, "X-Robots-Tag: filip: noindex"));
    host.on("/others.jpg", RudeHost.ok(good, "X-Robots-Tag: otherbot: noindex"));
    host.on(
        "/robots.txt",
        RudeHost.ok("User-agent: *\nDisallow: /private/\n".getBytes(StandardCharsets.UTF_8)));
    host.on("/private/x.jpg", RudeHost.ok(good));
    List<String> paths =
        List.of(
            "/good.jpg",
            "/a.png",
            "/moved",
            "/packed.jpg",
            "/busy.jpg",
            "/later.jpg",
            "/cut-once.jpg",
            "/stalls.jpg",
            "/drips.jpg",
            "/endless.jpg",
            "/large.jpg",
            "/wrong-length.jpg",
            "/cut.jpg",
            "/half.jpg",
            "/gzip-bomb.jpg",
            "/no-gzip.jpg",
            "/brotli.jpg",
            "/pixel-bomb.png",
            "/page.jpg",
            "/empty.jpg",
            "/loop",
            "/hop0",
            "/to-file",
            "/nowhere",
            "/hello.jpg",
            "/hour.jpg",
            "/noai.jpg",
            "/noai2.jpg",
            "/mine.jpg",
            "/others.jpg",
            "/private/x.jpg",
            "/missing.jpg",
            "/good.jpg");
    List<String> urls = new ArrayList<>(paths.stream().map(host::url).toList());
    urls.addAll(
        List.of(
            "ftp://127.0.0.1/x.jpg",
            "data:image/png;base64,AAAA",
            "nothing",
            "",
            "http://no-such-host.invalid/x.jpg",
            "http://127.0.0.1:1/x.jpg"));
    ObjectNode answer = run(Made.table(folder, urls), options(20), folder.resolve("out"));
    assertThat(failed(answer))
        .isEqualTo(
            new TreeMap<>(
                Map.ofEntries(
                    Map.entry("bad answer", 2),
                    Map.entry("broken gzip", 1),
                    Map.entry("broken jpeg", 1),
                    Map.entry("cut", 2),
                    Map.entry("empty", 1),
                    Map.entry("http 404", 1),
                    Map.entry("http 500", 1),
                    Map.entry("no URL", 1),
                    Map.entry("no connection", 1),
                    Map.entry("not a URL", 1),
                    Map.entry("not an image", 1),
                    Map.entry("redirect loop", 1),
                    Map.entry("redirect to another scheme", 1),
                    Map.entry("robots.txt", 1),
                    Map.entry("timeout", 1),
                    Map.entry("too large", 4),
                    Map.entry("too many redirects", 1),
                    Map.entry("too slow", 1),
                    Map.entry("unknown host", 1),
                    Map.entry("unknown packing", 1),
                    Map.entry("unsupported scheme", 2),
                    Map.entry("x-robots-tag", 2))));
    assertThat(answer.get("saved").asInt()).isEqualTo(9);
    assertThat(answer.get("rows").asInt()).isEqualTo(39);
    assertThat(answer.get("duplicates").asInt()).isEqualTo(1);
    assertThat(answer.get("urls").asInt()).isEqualTo(38);
    assertThat(host.count("/good.jpg")).isEqualTo(1);
    assertThat(host.count("/robots.txt")).isEqualTo(1);
    assertThat(host.count("/private/x.jpg")).isZero();
    assertThat(host.count("/cut.jpg")).as("tried again").isEqualTo(2);
    assertThat(host.count("/missing.jpg")).as("not tried again").isEqualTo(1);
    assertThat(said).anyMatch(line -> line.startsWith("1 of 39 rows repeat"));
    source();
    table();
  }

  /** What was written is a source. */
  private void source() throws IOException {
    Path out = folder.resolve("out");
    assertThat(Json.read(out.resolve("sizes.json")).toString())
        .isEqualTo("{\"00000.tar\":7,\"00001.tar\":2}");
    try (SampleSource source = Sources.open(out.toString(), SourceOptions.DEFAULT)) {
      assertThat(source.size()).isEqualTo(9);
      Sample first = source.read(0);
      assertThat(first.captions()).containsExactly("picture, number 0");
      assertThat(first.image()).as("bytes as they came").isEqualTo(Made.jpeg(1, 60, 40));
      JsonNode json = java.util.Objects.requireNonNull(first.metadata());
      assertThat(json.get("key").asText()).isEqualTo("0000000");
      assertThat(json.get("status").asText()).isEqualTo("success");
      assertThat(json.get("original_width").asInt()).isEqualTo(60);
      assertThat(json.get("source").asText()).isEqualTo("s0");
      assertThat(json.get("sha256").asText())
          .isEqualTo(dev.filip.io.Digests.sha256(Made.jpeg(1, 60, 40)));
      ImageHeader second = ImageHeader.of(source.read(1).image());
      assertThat(second.kind()).as("a PNG becomes a JPEG").isEqualTo(ImageHeader.Kind.JPEG);
      assertThat(second.width()).isEqualTo(30);
    }
  }

  private void table() throws IOException {
    List<UrlRow> rows =
        rows(
            folder.resolve("out/00001.parquet"),
            "source",
            "key",
            "status",
            "error_message",
            "width");
    assertThat(rows).hasSize(19);
    assertThat(rows.get(11).others())
        .containsExactly("s31", "0000111", "failed_to_download", "http 404", null);
    assertThat(rows.get(12).others())
        .containsExactly(
            "s32", "0000112", "duplicate", "duplicate: an earlier row has this URL", null);
    assertThat(rows.get(9).others()).containsExactly("s29", "0000109", "success", null, 60L);
    JsonNode stats = Json.read(folder.resolve("out/00001_stats.json"));
    assertThat(stats.get("count").asInt()).isEqualTo(19);
    assertThat(stats.get("successes").asInt()).isEqualTo(2);
    assertThat(stats.get("status_dict").get("success").asInt()).isEqualTo(2);
  }

  private Path pictures(int count) throws IOException {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      host.on("/" + i + ".jpg", RudeHost.ok(Made.jpeg(i, 40 + i % 5, 30)));
      urls.add(host.url("/" + i + ".jpg"));
    }
    return Made.table(folder, urls);
  }

  @Test
  void goesOnAfterAStopWithTheSameBytes() throws Exception {
    Path table = pictures(40);
    String whole = writtenWhole(table);
    host.on("/25.jpg", RudeHost.slow(60_000, RudeHost.status(404)));
    Path out = folder.resolve("out");
    Limits unhurried =
        new Limits(
            LIMITS.connect(),
            Duration.ofSeconds(30),
            0,
            LIMITS.patience(),
            LIMITS.mostBytes(),
            LIMITS.mostPixels(),
            3);
    DownloadOptions patient =
        new DownloadOptions(10, Fit.DEFAULT, unhurried, manners(8, 0), false, false);
    Thread running =
        Thread.ofPlatform()
            .start(() -> {
              try {
                run(table, patient, out);
              } catch (IOException | RuntimeException stopped) {
                said.add("stopped");
              }
            });
    Path shards = folder.resolve("out.partial/shards");
    while (!Files.exists(shards.resolve("00003_stats.json"))
        || !Files.exists(shards.resolve("00001_stats.json"))
        || !Files.exists(shards.resolve("00000_stats.json"))) {
      Thread.sleep(10);
    }
    running.interrupt();
    running.join();
    assertThat(said).contains("stopped");
    assertThat(shards.resolve("00002.tar")).doesNotExist();
    byte[] before = Files.readAllBytes(shards.resolve("00003_stats.json"));
    host.on("/25.jpg", RudeHost.ok(Made.jpeg(25, 40, 30)));
    int asked = host.seen().size();
    run(table, options(10), out);
    assertThat(Files.readAllBytes(out.resolve("00003_stats.json"))).isEqualTo(before);
    assertThat(Made.files(out)).isEqualTo(whole);
    assertThat(host.seen().size() - asked).as("one shard and robots.txt").isEqualTo(11);
    assertThat(folder.resolve("out.partial")).doesNotExist();
  }

  private String writtenWhole(Path table) throws IOException {
    Path whole = folder.resolve("whole");
    run(table, options(10), whole);
    return Made.files(whole);
  }

  @Test
  void anotherRequestIsRefusedAndTheSameOneAnswersAtOnce() throws IOException {
    Path table = pictures(3);
    Path out = folder.resolve("out");
    ObjectNode first = run(table, options(2), out);
    int asked = host.seen().size();
    assertThat(run(table, options(2), out)).isEqualTo(first);
    assertThat(host.seen()).hasSize(asked);
    assertThatThrownBy(() -> run(table, options(3), out))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("shard_size was 2, not 3");
  }

  @Test
  void failedRowsAreTriedAgainAndTheRestStays() throws IOException {
    Path table = pictures(25);
    String whole = writtenWhole(table);
    host.on(
        "/3.jpg", RudeHost.status(500), RudeHost.status(500), RudeHost.ok(Made.jpeg(3, 43, 30)));
    host.on("/14.jpg", RudeHost.status(404), RudeHost.ok(Made.jpeg(14, 44, 30)));
    Path out = folder.resolve("out");
    assertThat(failed(run(table, options(10), out)))
        .isEqualTo(Map.of("http 404", 1, "http 500", 1));
    int asked = host.seen().size();
    ObjectNode answer = run(table, again(options(10)), out);
    assertThat(failed(answer)).isEmpty();
    assertThat(answer.get("saved").asInt()).isEqualTo(25);
    assertThat(host.seen().subList(asked, host.seen().size()))
        .containsExactlyInAnyOrder("/robots.txt", "/3.jpg", "/14.jpg");
    assertThat(Made.files(out)).isEqualTo(whole);
    ObjectNode nothing = run(table, again(options(10)), out);
    assertThat(nothing).isEqualTo(answer);
  }

  @Test
  void aHostIsAskedByAFewAtATimeOnly() throws IOException {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      host.on("/" + i, host.counted(20, RudeHost.ok(Made.jpeg(i, 30, 30))));
      urls.add(host.url("/" + i));
    }
    DownloadOptions two =
        new DownloadOptions(100, Fit.DEFAULT, LIMITS, manners(2, 0), false, false);
    ObjectNode answer = run(Made.table(folder, urls), two, folder.resolve("out"));
    assertThat(answer.get("saved").asInt()).isEqualTo(30);
    assertThat(host.most()).isEqualTo(2);
  }

  @Test
  void aHostThatAsksForAPauseIsLeftAloneUntilThen() throws IOException {
    host.on("/first", RudeHost.status(429, "Retry-After: 1"), RudeHost.ok(Made.jpeg(1, 30, 30)));
    host.on("/second", RudeHost.ok(Made.jpeg(2, 30, 30)));
    Path table = Made.table(folder, List.of(host.url("/first"), host.url("/second")));
    DownloadOptions one =
        new DownloadOptions(100, Fit.DEFAULT, LIMITS, manners(1, 1), false, false);
    ObjectNode answer = run(table, one, folder.resolve("out"));
    assertThat(answer.get("saved").asInt()).isEqualTo(2);
    int busy = host.seen().indexOf("/first");
    long waited = host.times().get(busy + 1) - host.times().get(busy);
    assertThat(waited).isGreaterThan(900_000_000L);
  }

  @Test
  void aHostThatAsksForAnHourFailsAtOnce() throws IOException {
    host.on("/a", RudeHost.status(503, "Retry-After: 3600"));
    host.on("/b", RudeHost.ok(Made.jpeg(2, 30, 30)));
    Path table = Made.table(folder, List.of(host.url("/a"), host.url("/b")));
    DownloadOptions one =
        new DownloadOptions(100, Fit.DEFAULT, LIMITS, manners(1, 1), false, false);
    long begun = System.nanoTime();
    ObjectNode answer = run(table, one, folder.resolve("out"));
    assertThat(System.nanoTime() - begun).isLessThan(20_000_000_000L);
    assertThat(failed(answer)).containsOnlyKeys("host asked to wait");
    assertThat(host.count("/a")).as("not a second time").isEqualTo(1);
  }

  @Test
  void addressesThatAreNotPublicAreNotConnectedTo() throws IOException {
    host.on("/x", RudeHost.ok(Made.jpeg(1, 30, 30)));
    int port = host.port();
    List<String> urls =
        List.of(
            host.url("/x"),
            "http://localhost:" + port + "/x",
            "http://[::1]:" + port + "/x",
            "http://[::ffff:127.0.0.1]:" + port + "/x",
            "http://2130706433:" + port + "/x",
            "http://0.0.0.0:" + port + "/x",
            "http://169.254.169.254/latest/meta-data",
            "http://[fe80::1]/x",
            "http://[64:ff9b::7f00:1]/x",
            "http://[2002:7f00:1::]/x",
            "http://100.64.0.1/x");
    Manners strict = manners(8, 1);
    DownloadOptions options =
        new DownloadOptions(
            100,
            Fit.DEFAULT,
            LIMITS,
            new Manners(
                16,
                8,
                Duration.ZERO,
                Duration.ofSeconds(1),
                0,
                Duration.ofMillis(10),
                "filip",
                false,
                strict.directives(),
                false,
                1),
            false,
            false);
    ObjectNode answer = run(Made.table(folder, urls), options, folder.resolve("out"));
    assertThat(failed(answer)).isEqualTo(Map.of("private address", urls.size()));
    assertThat(host.seen()).isEmpty();
    Path odd = Made.table(folder, List.of("http://0x7f.1:" + port + "/x", "http://0177.0.0.1/x"));
    assertThat(run(odd, options, folder.resolve("odd")).get("saved").asInt()).isZero();
    assertThat(host.seen()).isEmpty();
  }

  @Test
  void neitherARedirectNorANameLeadsToARefusedAddress() throws IOException {
    byte[] good = Made.jpeg(1, 30, 30);
    int port = host.port();
    host.on("/good", RudeHost.ok(good));
    host.on("/inside", RudeHost.redirect("http://127.0.0.2:" + port + "/good"));
    host.on("/by-name", RudeHost.redirect("http://inside.test:" + port + "/good"));
    Net net =
        new Net(
            name ->
                switch (name) {
                  case "mixed.test" -> addresses("127.0.0.2", "127.0.0.1");
                  case "inside.test" -> addresses("127.0.0.2");
                  default -> InetAddress.getAllByName(name);
                },
            address -> address.getHostAddress().equals("127.0.0.1"),
            _ -> {});
    List<String> urls =
        List.of(
            host.url("/inside"),
            host.url("/by-name"),
            "http://inside.test:" + port + "/good",
            "http://mixed.test:" + port + "/good");
    ObjectNode answer = run(Made.table(folder, urls), options(100), folder.resolve("out"), net);
    assertThat(failed(answer)).isEqualTo(Map.of("private address", 3));
    assertThat(answer.get("saved").asInt()).as("the allowed address of the name").isEqualTo(1);
    assertThat(host.count("/good")).isEqualTo(1);
  }

  private static InetAddress[] addresses(String... literals) throws UnknownHostException {
    List<InetAddress> all = new ArrayList<>();
    for (String literal : literals) {
      all.add(InetAddress.getByName(literal));
    }
    return all.toArray(InetAddress[]::new);
  }

  @Test
  void robotsCanBeLeftAside() throws IOException {
    byte[] good = Made.jpeg(1, 30, 30);
    host.on(
        "/robots.txt",
        RudeHost.ok("User-agent: filip\nDisallow: /\n".getBytes(StandardCharsets.UTF_8)));
    host.on("/tagged", RudeHost.ok(good, "X-Robots-Tag: noai"));
    Path table = Made.table(folder, List.of(host.url("/tagged")));
    assertThat(failed(run(table, options(10), folder.resolve("a")))).containsKey("robots.txt");
    Manners some = manners(8, 1);
    Manners none =
        new Manners(
            16,
            8,
            some.delay(),
            some.longestWait(),
            0,
            some.firstPause(),
            "filip",
            false,
            Set.of(),
            true,
            1);
    DownloadOptions open = new DownloadOptions(10, Fit.DEFAULT, LIMITS, none, false, false);
    assertThat(run(table, open, folder.resolve("b")).get("saved").asInt()).isEqualTo(1);
  }

  @Test
  void aShardWithoutAnImageIsASourceToo() throws IOException {
    host.on("/1", RudeHost.ok(Made.jpeg(1, 30, 30)));
    Path table = Made.table(folder, List.of(host.url("/x"), host.url("/y"), host.url("/1")));
    run(table, options(2), folder.resolve("out"));
    try (SampleSource source =
        Sources.open(folder.resolve("out").toString(), SourceOptions.DEFAULT)) {
      assertThat(source.size()).isEqualTo(1);
      assertThat(source.read(0).captions()).containsExactly("picture, number 2");
    }
  }

  @Test
  void aColumnThatTheWrittenTableHasIsRefused() throws IOException {
    Path table = Files.writeString(folder.resolve("t.csv"), "url,caption,status\nhttp://a/b,c,d\n");
    try (UrlTable rows =
        UrlTable.open(table.toString(), new UrlColumns(null, null, List.of("status")), null)) {
      assertThatThrownBy(() -> new Download(rows, options(2), said::add))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("--columns");
    }
  }
}
