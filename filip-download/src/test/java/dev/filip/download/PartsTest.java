package dev.filip.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.data.UrlColumns;
import dev.filip.data.UrlRow;
import dev.filip.data.UrlTable;
import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.ImageEncoder;
import dev.filip.image.RgbImage;
import dev.filip.io.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of a download, each by itself. */
class PartsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1"
      })
  void addressesThatAreRefused(String literal) throws UnknownHostException {
    byte[] bytes = InetAddress.getByName(literal).getAddress();
    if (literal.startsWith("::ffff:")) { // Java makes these IPv4 by itself
      assertThat(AddressRules.isPublic(InetAddress.getByName("::ffff:10.0.0.1"))).isFalse();
    } else {
      assertThat(AddressRules.isPublic(InetAddress.getByAddress(bytes))).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2a00:1450:4001::1"
      })
  void addressesThatArePublic(String literal) throws UnknownHostException {
    assertThat(AddressRules.isPublic(InetAddress.getByName(literal))).isTrue();
  }

  @Test
  void aSocketLooksAtWhatItConnectsTo() throws IOException {
    GuardedSockets sockets = new GuardedSockets(AddressRules::isPublic);
    try (RudeHost host = new RudeHost();
        Socket socket = sockets.createSocket()) {
      assertThatThrownBy(
              () -> socket.connect(new InetSocketAddress("127.0.0.1", host.port()), 1000))
          .isInstanceOf(RefusedAddress.class);
      assertThatThrownBy(() -> sockets.createSocket("127.0.0.1", host.port()))
          .isInstanceOf(RefusedAddress.class);
    }
  }

  @Test
  void aNameIsLookedUpOnceWhileFreshAndKeepsItsAddress() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    AtomicLong now = new AtomicLong(1);
    Net net =
        new Net(
            name -> {
              if (name.equals("none.test")) {
                asked.incrementAndGet();
                throw new UnknownHostException(name);
              }
              // rebinding: another answer each time
              String literal = asked.getAndIncrement() == 0 ? "93.184.216.34" : "127.0.0.1";
              return new InetAddress[] {InetAddress.getByName(literal)};
            },
            AddressRules::isPublic,
            _ -> {});
    try (Names names = new Names(net, Duration.ofSeconds(5), now::get)) {
      for (int i = 0; i < 3; i++) {
        assertThat(names.lookup("a.test"))
            .extracting(InetAddress::getHostAddress)
            .containsExactly("93.184.216.34");
      }
      assertThat(asked).hasValue(1);
      now.addAndGet(Duration.ofMinutes(6).toNanos());
      assertThatThrownBy(() -> names.lookup("a.test")).isInstanceOf(RefusedAddress.class);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> names.lookup("none.test"))
            .isInstanceOf(UnknownHostException.class)
            .isNotInstanceOf(RefusedAddress.class);
      }
      assertThat(asked).hasValue(3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "noai|true",
        "NOINDEX|true",
        "nofollow, noimageai|true",
        "filip: noai|true",
        "Filip: nofollow, noai|true",
        "other: noai|false",
        "other: noai, filip: noai|true",
        "unavailable_after: 25 Jun 2030 15:00:00 PST, noai|true",
        "unavailable_after: Fri, 25 Jun 2030 15:00:00 PST, noai|true",
        "max-snippet: 5, noimageindex|true",
        "nofollow|false",
        "noaix|false",
        "all|false"
      })
  void directivesOfTheRobotsTag(String value, boolean forbids) {
    assertThat(RobotsTag.forbids(List.of("nocache", value), "filip", Manners.DIRECTIVES))
        .isEqualTo(forbids);
    assertThat(RobotsTag.forbids(List.of(value), "filip", Set.of())).isFalse();
  }

  private static boolean allowed(String robots, String path) throws InterruptedException {
    Robots rules =
        new Robots(
            Manners.DEFAULT,
            new Hosts(Manners.DEFAULT),
            _ -> robots.getBytes(StandardCharsets.UTF_8));
    try {
      rules.require(Objects.requireNonNull(HttpUrl.parse("http://a.test" + path)));
      return true;
    } catch (FetchFailure e) {
      assertThat(e.reason()).isEqualTo("robots.txt");
      return false;
    }
  }

  @Test
  void robotsByRfc9309() throws InterruptedException {
    String own = "User-agent: *\nDisallow: /\n\nUser-agent: FILIP\nDisallow: /a/\nAllow: /a/b\n";
    assertThat(allowed(own, "/x.jpg")).as("the group of this name, whatever its case").isTrue();
    assertThat(allowed(own, "/a/x.jpg")).isFalse();
    assertThat(allowed(own, "/a/b.jpg")).as("the longest rule wins").isTrue();
    assertThat(allowed("User-agent: other\nDisallow: /\n", "/x")).isTrue();
    assertThat(allowed("User-agent: *\nDisallow: /*.jpg$\n", "/q/x.jpg")).isFalse();
    assertThat(allowed("User-agent: *\nDisallow: /*.jpg$\n", "/q/x.jpg?s=1")).isTrue();
    assertThat(allowed("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a")).as("a draw").isTrue();
    assertThat(allowed("<html>no robots here</html>", "/a")).isTrue();
    assertThat(allowed("", "/a")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"404,true", "403,true", "410,true", "429,false", "500,false", "503,false"})
  void robotsThatAreNotThere(int status, boolean allows) throws InterruptedException {
    AtomicInteger asked = new AtomicInteger();
    Robots rules =
        new Robots(
            Manners.DEFAULT,
            new Hosts(Manners.DEFAULT),
            _ -> {
              asked.incrementAndGet();
              throw FetchFailure.status(status, null);
            });
    for (int i = 0; i < 2; i++) {
      boolean may = true;
      try {
        rules.require(Objects.requireNonNull(HttpUrl.parse("http://a.test/x")));
      } catch (FetchFailure e) {
        assertThat(e.reason()).isEqualTo("robots.txt unreachable");
        assertThat(e.isPassing()).isFalse();
        may = false;
      }
      assertThat(may).isEqualTo(allows);
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void pausesGrowAndChanceIsBounded() {
    Manners manners = Manners.DEFAULT;
    Net net = Net.standard(true);
    try (Fetcher fetcher =
        new Fetcher(Limits.DEFAULT, manners, new Web(Limits.DEFAULT, manners, net))) {
      assertThat(fetcher.pause(1, 0)).isEqualTo(Duration.ofSeconds(1));
      assertThat(fetcher.pause(3, 0)).isEqualTo(Duration.ofSeconds(4));
      assertThat(fetcher.pause(3, 0.999)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
      assertThat(fetcher.pause(20, 0)).isEqualTo(manners.longestWait());
    }
  }

  @Test
  void sizesAreImg2datasets() throws Exception {
    try (InputStream in = PartsTest.class.getResourceAsStream("sizes.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        String[] f = line.split(" ");
        Fit fit =
            new Fit(
                Fit.Mode.valueOf(f[0].toUpperCase(Locale.ROOT)),
                Integer.parseInt(f[2]),
                Boolean.parseBoolean(f[1]),
                0,
                0,
                0,
                ImageEncoder.Format.PNG,
                95);
        byte[] png = Made.png(1, Integer.parseInt(f[3]), Integer.parseInt(f[4]));
        Fitter.Fitted fitted = new Fitter(fit, 1_000_000).fit(png);
        assertThat(fitted.width() + " " + fitted.height()).as(line).isEqualTo(f[5] + " " + f[6]);
        RgbImage back = ImageDecoder.decode(fitted.file(), DecodeOptions.DEFAULT);
        assertThat(back.width()).as(line).isEqualTo(fitted.width());
        assertThat(back.height()).as(line).isEqualTo(fitted.height());
      }
    }
  }

  private static Fit border(int size) {
    return new Fit(Fit.Mode.BORDER, size, false, 0, 0, 0, ImageEncoder.Format.PNG, 95);
  }

  @Test
  void aBorderIsWhiteAndTheMiddleThePicture() throws Exception {
    RgbImage wide = new RgbImage(40, 20, new byte[40 * 20 * 3]); // black
    byte[] png = ImageEncoder.encode(wide, ImageEncoder.Format.PNG, 1);
    RgbImage back =
        ImageDecoder.decode(new Fitter(border(40), 10_000).fit(png).file(), DecodeOptions.DEFAULT);
    for (int y = 0; y < 40; y++) {
      int expected = y < 10 || y >= 30 ? 255 : 0;
      assertThat(back.rgb()[y * 40 * 3] & 255).as("row " + y).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "50,0,0,image too small",
    "0,1000,0,image area too large",
    "0,0,1.4,aspect ratio too large"
  })
  void picturesThatAreRefusedBySize(int side, long area, double aspect, String reason) {
    Fit fit = new Fit(Fit.Mode.NO, 256, false, side, area, aspect, ImageEncoder.Format.JPG, 95);
    byte[] jpeg = Made.jpeg(1, 60, 40);
    assertThatThrownBy(() -> new Fitter(fit, 1_000_000).fit(jpeg)).hasMessage(reason);
  }

  @Test
  void everyFormatIsWrittenAndKeptWhereNothingChanges() throws Exception {
    for (ImageEncoder.Format format : ImageEncoder.Format.values()) {
      Fit fit = new Fit(Fit.Mode.KEEP_RATIO, 40, false, 0, 0, 0, format, 90);
      byte[] file = ImageEncoder.encode(Made.pixels(4, 60, 40), format, 90);
      assertThat(new Fitter(fit, 10_000).fit(file).file()).as(format.name()).isSameAs(file);
      byte[] smaller = new Fitter(fit.with(Fit.Mode.KEEP_RATIO, 20), 10_000).fit(file).file();
      RgbImage back = ImageDecoder.decode(smaller, DecodeOptions.DEFAULT);
      assertThat(back.width()).as(format.name()).isEqualTo(30);
    }
    RgbImage pixels = Made.pixels(5, 61, 43);
    byte[] png = ImageEncoder.encode(pixels, ImageEncoder.Format.PNG, 1);
    assertThat(ImageDecoder.decode(png, DecodeOptions.DEFAULT).rgb()).isEqualTo(pixels.rgb());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 10_000, 10_001, 25_003})
  void parquetComesBackAsItWasWritten(int rows) throws IOException {
    List<ParquetFile.Column> columns =
        List.of(
            new ParquetFile.Column("url", ParquetFile.Type.TEXT),
            new ParquetFile.Column("t", ParquetFile.Type.TEXT),
            new ParquetFile.Column("i", ParquetFile.Type.INT),
            new ParquetFile.Column("l", ParquetFile.Type.LONG),
            new ParquetFile.Column("d", ParquetFile.Type.DOUBLE),
            new ParquetFile.Column("f", ParquetFile.Type.FLAG));
    Path file = folder.resolve("x.parquet");
    try (OutputStream out = Files.newOutputStream(file)) {
      ParquetFile.write(out, columns, rows, r -> c -> value(r, c));
    }
    List<UrlRow> back = new ArrayList<>();
    UrlColumns wanted = new UrlColumns("url", null, List.of("t", "i", "l", "d", "f"));
    try (UrlTable table = UrlTable.open(file.toString(), wanted, null)) {
      table.each(0, back::add);
    }
    assertThat(back).hasSize(rows);
    for (int r = 0; r < rows; r++) {
      UrlRow row = back.get(r);
      Integer number = (Integer) value(r, 2);
      assertThat(row.url()).isEqualTo(value(r, 0));
      assertThat(row.others())
          .isEqualTo(
              Arrays.asList(
                  value(r, 1),
                  number == null ? null : number.longValue(),
                  value(r, 3),
                  value(r, 4),
                  value(r, 5)));
    }
  }

  private static @Nullable Object value(int row, int column) {
    if (column > 0 && (row * 31 + column) % 5 == 0) {
      return null;
    }
    return switch (column) {
      case 0 -> "http://h/" + row;
      case 1 -> "häuser, " + row;
      case 2 -> row * -3;
      case 3 -> row * 10_000_000_000L;
      case 4 -> row / 3.0;
      default -> row % 3 == 0;
    };
  }

  @Test
  void repeatedUrlsAreFoundAsASetFindsThem() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    Path tables = Files.createDirectory(folder.resolve("tables"));
    List<List<Boolean>> expected = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int part = 0; part < 3; part++) {
      StringBuilder text = new StringBuilder("url\n");
      List<Boolean> repeats = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        String url = "http://h/" + random.nextInt(6000);
        text.append(url).append('\n');
        repeats.add(!seen.add(url));
      }
      Files.writeString(tables.resolve(part + ".csv"), text);
      expected.add(repeats);
    }
    try (UrlTable table = UrlTable.open(tables.toString(), UrlColumns.DETECTED, null);
        Progress progress = new Progress("read", 0)) {
      UrlPlan made = UrlPlan.of(table, folder.resolve("scratch"), progress);
      made.write(folder.resolve("plan.bin"));
      UrlPlan plan = UrlPlan.read(folder.resolve("plan.bin"));
      assertThat(plan.rows()).isEqualTo(9000);
      assertThat(plan.repeated()).isEqualTo(9000 - seen.size());
      for (int part = 0; part < 3; part++) {
        for (int i = 0; i < 3000; i++) {
          assertThat(plan.repeats(part, i)).isEqualTo(expected.get(part).get(i));
        }
      }
    }
    assertThat(folder.resolve("scratch")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"10000,12,7,000120007", "10,3,4,000034", "1,3,0,00003", "1000,0,999,00000999"})
  void keysAreImg2datasets(int perShard, int shard, int index, String key) {
    assertThat(new ShardLayout(perShard, true, List.of()).key(shard, index)).isEqualTo(key);
  }
}
