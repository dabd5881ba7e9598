package dev.filip.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmojiSetsTest {
  @TempDir Path folder;
  private EmojiOptions options = EmojiOptions.defaults(Path.of("."));

  @BeforeEach
  void packages() throws IOException {
    options =
        EmojiOptions.defaults(folder.resolve("cache"))
            .withPackages(EmojiFixture.write(folder.resolve("given")))
            .withNpm("no-such-npm");
  }

  private GenerateReport emoji(EmojiOptions options, String name) throws IOException {
    try (Progress progress = new Progress("emoji", 0)) {
      return EmojiSets.generate(options, folder.resolve(name), false, progress);
    }
  }

  private GenerateReport collages(CollageOptions options, String name) throws IOException {
    try (Progress progress = new Progress("collages", 0)) {
      return Collages.generate(options, folder.resolve(name), false, progress);
    }
  }

  @Test
  void splitsByArtistAndHeldOutNames() throws Exception {
    GenerateReport report = emoji(options, "a");
    assertThat(report.samples())
        .containsExactly(
            Map.entry("google", 18),
            Map.entry("google-held-out", 2),
            Map.entry("google-line", 72),
            Map.entry("twitter", 18),
            Map.entry("twitter-held-out", 2),
            Map.entry("twitter-line", 72),
            Map.entry("openmoji", 20),
            Map.entry("openmoji-held-out", 2));
    assertThat(report.rules())
        .containsEntry("emoji: kept", 20)
        .containsEntry("emoji: skin tone variants left out", 1)
        .containsEntry("emoji: components and extras left out", 1)
        .containsEntry("emoji: not drawn by every artist, left out", 1);
    List<String> held = Files.readAllLines(folder.resolve("a/openmoji-held-out/classnames.txt"));
    assertThat(held).hasSize(2);
    for (String split : List.of("google", "twitter", "google-line", "twitter-line")) {
      for (var sample : samples("a/" + split).values()) {
        assertThat(held).doesNotContain(json(sample).get("name").asText());
      }
    }
    assertThat(Files.exists(folder.resolve("escaped.txt"))).isFalse();
  }

  @Test
  void everySplitIsAZeroShotSet() throws Exception {
    emoji(options, "a");
    for (String split : List.of("google", "openmoji", "twitter-held-out")) {
      List<String> names = Files.readAllLines(folder.resolve("a/" + split + "/classnames.txt"));
      for (var sample : samples("a/" + split).values()) {
        int label = Integer.parseInt(text(sample, "cls"));
        assertThat(names.get(label)).isEqualTo(json(sample).get("name").asText());
      }
      assertThat(
              Files.readAllLines(
                  folder.resolve("a/" + split + "/zeroshot_classification_templates.txt")))
          .contains("an emoji of {c}");
      assertThat(Files.readString(folder.resolve("a/" + split + "/LICENSE.txt")))
          .contains("Licence");
    }
  }

  @Test
  void captionsNameTheThing() throws Exception {
    emoji(options, "a");
    for (var sample : samples("a/openmoji").values()) {
      assertThat(text(sample, "txt"))
          .isEqualTo("an emoji of " + json(sample).get("name").asText() + "\n");
    }
    for (var sample : samples("a/google").values()) {
      List<String> lines = text(sample, "txt").lines().toList();
      assertThat(lines).hasSizeBetween(5, 8).doesNotHaveDuplicates();
      String name = json(sample).get("name").asText();
      assertThat(lines)
          .allMatch(l ->
              l.contains(name) || l.contains("thing ") || l.matches("(round|coloured|disc|, )+"));
    }
  }

  @Test
  void drawingsFillTheSquareOnWhite() throws Exception {
    emoji(options.withImageSize(40), "a");
    for (String split : List.of("google", "twitter", "openmoji")) {
      for (var sample : samples("a/" + split).values()) {
        var image = ImageIO.read(new ByteArrayInputStream(sample.get("png")));
        assertThat(image.getWidth()).isEqualTo(40);
        assertThat(image.getRGB(0, 0) & 0xFFFFFF).isEqualTo(0xFFFFFF);
        for (int[] edge : new int[][] {{20, 1}, {20, 38}, {1, 20}, {38, 20}}) {
          assertThat(image.getRGB(edge[0], edge[1]) & 0xFFFFFF).isNotEqualTo(0xFFFFFF);
        }
      }
    }
  }

  @Test
  void sameSeedSameBytesWhateverTheWorkers() throws Exception {
    String one = emoji(options.withWorkers(1), "one").sha256();
    assertThat(emoji(options.withWorkers(3), "three").sha256()).isEqualTo(one);
    assertThat(emoji(options.withSeed(5), "other").sha256()).isNotEqualTo(one);
    CollageOptions few = few(options);
    String collage = collages(few, "c1").sha256();
    assertThat(collages(few(options.withWorkers(3)), "c3").sha256()).isEqualTo(collage);
    assertThat(collages(few.withLineArt(0), "plain").sha256()).isNotEqualTo(collage);
  }

  private static CollageOptions few(EmojiOptions options) {
    return CollageOptions.defaults(options).withCounts(70, 3, 12).withNames(8);
  }

  /** Test pictures with several captions are the pictures with one; validation keeps one. */
  @Test
  void testPicturesMayHaveSeveralCaptions() throws Exception {
    collages(few(options), "plain");
    collages(few(options).withTestCaptions(3), "three");
    for (String split : new String[] {"test-seen", "test-unseen"}) {
      var plain = samples("plain/" + split);
      var three = samples("three/" + split);
      assertThat(three.keySet()).isEqualTo(plain.keySet());
      for (var old : plain.entrySet()) {
        var sample = three.getOrDefault(old.getKey(), new LinkedHashMap<>());
        List<String> lines = text(sample, "txt").lines().toList();
        assertThat(lines).hasSize(3).doesNotHaveDuplicates();
        assertThat(lines.getFirst()).isEqualTo(text(old.getValue(), "txt").strip());
        assertThat(sample.get("png")).isEqualTo(old.getValue().get("png"));
      }
    }
    for (var sample : samples("three/validation").values()) {
      assertThat(text(sample, "txt").lines()).hasSize(1);
    }
    for (var sample : samples("three/train").values()) {
      assertThat(text(sample, "txt").lines()).hasSize(2);
    }
  }

  @Test
  void collagesHoldTheirThingsInTheirBoxes() throws Exception {
    GenerateReport report = collages(few(options), "c");
    assertThat(report.samples())
        .containsExactly(
            Map.entry("train", 70),
            Map.entry("validation", 3),
            Map.entry("test-seen", 12),
            Map.entry("test-unseen", 12));
    for (var sample : samples("c/test-seen").values()) {
      var image = ImageIO.read(new ByteArrayInputStream(sample.get("png")));
      assertThat(image.getWidth()).isEqualTo(84);
      for (JsonNode box : json(sample).get("boxes")) {
        JsonNode b = box.get("box");
        int x = (b.get(0).asInt() + b.get(2).asInt()) / 2;
        int y = (b.get(1).asInt() + b.get(3).asInt()) / 2;
        String phrase = cut(text(sample, "txt"), box.get("span"));
        int want = EmojiFixture.NAMES.indexOf(phrase);
        assertThat(want).isNotNegative();
        int drawn = java.awt.Color.HSBtoRGB(want / 20f, 0.9f, 0.8f);
        for (int shift = 0; shift <= 16; shift += 8) {
          assertThat(image.getRGB(x, y) >> shift & 255).isCloseTo(drawn >> shift & 255, near());
        }
      }
    }
  }

  private static org.assertj.core.data.Offset<Integer> near() {
    return org.assertj.core.data.Offset.offset(3);
  }

  @Test
  void collageCaptionsSpellTheirPhrasesAndTellTruePlaces() throws Exception {
    collages(few(options), "c");
    String name = "(" + String.join("|", EmojiFixture.NAMES) + ")";
    String grammar =
        name
            + "( (left of|right of|above|below) "
            + name
            + "){1,3} on (red|green|blue|yellow|gray|white|purple|brown) ground";
    for (var sample : samples("c/train").values()) {
      List<String> lines = text(sample, "txt").lines().toList();
      JsonNode captions = json(sample).get("captions");
      assertThat(lines).hasSize(2).allMatch(line -> line.matches(grammar));
      for (int i = 0; i < 2; i++) {
        JsonNode boxes = captions.get(i).get("boxes");
        for (int k = 0; k < boxes.size(); k++) {
          String phrase = cut(lines.get(i), boxes.get(k).get("span"));
          assertThat(EmojiFixture.NAMES).contains(phrase);
          assertThat(phrase).endsWith(cut(lines.get(i), boxes.get(k).get("noun")));
          if (k > 0) {
            int from = boxes.get(k - 1).get("span").get(1).asInt() + 1;
            String relation = lines.get(i).substring(from, boxes.get(k).get("span").get(0).asInt());
            place(relation.strip(), boxes.get(k - 1).get("box"), boxes.get(k).get("box"));
          }
        }
      }
    }
  }

  @Test
  void moreCaptionsRewordTheSamePicture() throws Exception {
    collages(few(options), "two");
    GenerateReport report = collages(few(options).withCaptions(5), "five");
    assertThat(collages(few(options.withWorkers(3)).withCaptions(5), "again").sha256())
        .isEqualTo(report.sha256());
    var five = samples("five/train");
    String called = "(" + String.join("|", EmojiFixture.NAMES) + "|thing [a-z]{3})";
    String relation =
        "(?:(?:to |on )?(?:the )?(?:left|right) of|above|below|over|under|on top of|beneath)";
    String grammar =
        called
            + "(?: "
            + relation
            + " "
            + called
            + "){1,3}"
            + " (on [a-z]+ ground|with [a-z]+ background|in front of [a-z]+)";
    int otherWords = 0;
    for (var old : samples("two/train").entrySet()) {
      var sample = five.getOrDefault(old.getKey(), new LinkedHashMap<>());
      assertThat(sample.get("png")).isEqualTo(old.getValue().get("png"));
      List<String> lines = text(sample, "txt").lines().toList();
      assertThat(lines).hasSize(5).doesNotHaveDuplicates().allMatch(line -> line.matches(grammar));
      assertThat(lines.subList(0, 2)).isEqualTo(text(old.getValue(), "txt").lines().toList());
      assertThat(json(sample).get("boxes")).isEqualTo(json(old.getValue()).get("boxes"));
      otherWords += spans(json(sample), lines);
    }
    assertThat(otherWords).isPositive();
    assertThat(text(samples("five/test-seen").firstEntry().getValue(), "txt").lines()).hasSize(1);
  }

  /** Every caption's spans spell things; answers how many are called by another word. */
  private static int spans(JsonNode metadata, List<String> lines) {
    int otherWords = 0;
    for (int i = 0; i < lines.size(); i++) {
      for (JsonNode box : metadata.get("captions").get(i).get("boxes")) {
        String phrase = cut(lines.get(i), box.get("span"));
        boolean other = phrase.startsWith("thing ");
        assertThat(other || EmojiFixture.NAMES.contains(phrase)).as(phrase).isTrue();
        assertThat(phrase).endsWith(cut(lines.get(i), box.get("noun")));
        otherWords += other ? 1 : 0;
      }
    }
    return otherWords;
  }

  private static void place(String relation, JsonNode a, JsonNode b) {
    int axis = relation.endsWith(" of") ? 0 : 1;
    int way = relation.equals("left of") || relation.equals("above") ? 1 : -1;
    int by =
        b.get(axis).asInt()
            + b.get(axis + 2).asInt()
            - a.get(axis).asInt()
            - a.get(axis + 2).asInt();
    assertThat(by * way).as(relation).isGreaterThan(30);
  }

  @Test
  void missingNpmAndBadPackagesAreOneLine() throws Exception {
    EmojiOptions bare = options.withPackages(List.of());
    assertThatThrownBy(() -> emoji(bare, "x"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("npm was not found")
        .hasMessageContaining("emoji-datasource-google-16.0.0.tgz");
    Path broken = Files.write(folder.resolve("broken.tgz"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> emoji(options.withPackages(List.of(broken)), "x"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("broken.tgz cannot be read as .tgz");
    SequencedMap<String, byte[]> foreign = new LinkedHashMap<>();
    foreign.put("package/index.js", new byte[1]);
    EmojiFixture.tgz(broken, foreign);
    assertThatThrownBy(() -> emoji(options.withPackages(List.of(broken)), "x"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("holds no package/package.json");
    assertThatThrownBy(() -> collages(few(options).withNames(500), "x"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("names must be at most 18, got 500");
    assertThat(Files.exists(folder.resolve("x"))).isFalse();
  }

  @Test
  void cachedPackagesAreUsedWithoutNpm() throws Exception {
    EmojiFixture.write(folder.resolve("cache"));
    assertThat(emoji(options.withPackages(List.of()).withLineArt(0), "a").total()).isEqualTo(62);
  }

  private SequencedMap<String, SequencedMap<String, byte[]>> samples(String split)
      throws IOException {
    return Tars.samples(folder.resolve(split).resolve("000000.tar"));
  }

  private static JsonNode json(Map<String, byte[]> sample) {
    return Json.parse(text(sample, "json"));
  }

  private static String text(Map<String, byte[]> sample, String extension) {
    return new String(sample.get(extension), StandardCharsets.UTF_8);
  }

  private static String cut(String text, JsonNode range) {
    return text.substring(range.get(0).asInt(), range.get(1).asInt());
  }
}
