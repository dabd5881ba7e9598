package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.PerceptualHash;
import dev.filip.image.RgbImage;
import dev.filip.io.BadInput;
import dev.filip.io.Share;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluation sets kept out of what is trained on. */
class LeakRuleTest {
  private static final CurateOptions OPTIONS = new CurateOptions(100, 3, false);
  private static final int MOST = 6;

  @TempDir private Path folder;
  private Path train;
  private Path photos;
  private Path drawings;

  @BeforeEach
  void makeShards() throws IOException {
    train = folder.resolve("train");
    photos = folder.resolve("photos");
    drawings = folder.resolve("drawings");
    try (ShardWriter writer = new ShardWriter(photos, 4)) {
      for (int i = 0; i < 9; i++) {
        MadePairs.add(writer, "p" + i, MadePairs.picture(i, 120, 100), "a photo");
      }
      MadePairs.add(writer, "flat", MadePairs.flat(50, 50), "nothing");
      MadePairs.add(writer, "broken", new byte[] {1, 2, 3}, "nothing");
    }
    try (ShardWriter writer = new ShardWriter(drawings, 100)) {
      MadePairs.add(writer, "d0", MadePairs.picture(70, 90, 90), "a drawing");
    }
    try (ShardWriter writer = new ShardWriter(train, 5)) {
      for (int i = 5; i < 25; i++) { // 5 to 8 are photos at another size
        MadePairs.add(writer, "t" + i, MadePairs.picture(i, 60, 50), "a picture");
      }
      MadePairs.add(writer, "mirror", mirrored(MadePairs.picture(2, 60, 50)), "turned round");
      MadePairs.add(writer, "drawn", MadePairs.picture(70, 45, 45), "a drawing, smaller");
      MadePairs.add(writer, "plain", MadePairs.flat(60, 50), "a black night");
    }
  }

  private static byte[] mirrored(byte[] png) throws IOException {
    RgbImage image = ImageDecoder.decode(png, DecodeOptions.DEFAULT);
    byte[] rgb = new byte[image.rgb().length];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int from = 3 * (y * image.width() + x);
        int to = 3 * (y * image.width() + image.width() - 1 - x);
        System.arraycopy(image.rgb(), from, rgb, to, 3);
      }
    }
    return dev.filip.image.ImageEncoder.encode(
        new RgbImage(image.width(), image.height(), rgb),
        dev.filip.image.ImageEncoder.Format.PNG,
        1);
  }

  private Path rules() throws IOException {
    return MadePairs.rules(
        folder,
        "shorter_side: {min: 10}",
        "leak: {against: [\"" + photos + "\", \"" + drawings + "\"], distance: " + MOST + "}");
  }

  private static List<PerceptualHash> hashes(Path place, List<String> keys) throws IOException {
    List<PerceptualHash> hashes = new ArrayList<>();
    try (SampleSource source = MadePairs.open(place)) {
      for (long i = 0; i < source.size(); i++) {
        byte[] image = source.read(i).image();
        if (image.length > 3) {
          var hash = PerceptualHash.of(ImageDecoder.decode(image, DecodeOptions.DEFAULT));
          if (hash.isPresent()) {
            keys.add(source.text(i).key());
            hashes.add(hash.get());
          }
        }
      }
    }
    return hashes;
  }

  /** All pairs compared. */
  private List<String> leaked() throws IOException {
    List<PerceptualHash> judged = hashes(photos, new ArrayList<>());
    judged.addAll(hashes(drawings, new ArrayList<>()));
    List<String> keys = new ArrayList<>();
    List<PerceptualHash> trained = hashes(train, keys);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      for (PerceptualHash other : judged) {
        PerceptualHash own = trained.get(i);
        if (PerceptualHash.distance(own.bits(), other.bits()) <= MOST
            || PerceptualHash.distance(own.mirrored(), other.bits()) <= MOST) {
          found.add(keys.get(i));
          break;
        }
      }
    }
    return found;
  }

  @Test
  void whatLooksLikeAnEvaluationSetGoes() throws IOException {
    List<String> leaked = leaked();
    assertThat(leaked).contains("t5", "t6", "t7", "t8", "mirror", "drawn").doesNotContain("t20");
    ObjectNode answer;
    try (SampleSource source = MadePairs.open(train)) {
      answer = new Curation(source, rules(), OPTIONS).write(folder.resolve("out"));
    }
    assertThat(answer.path("rules").path("leak").asInt()).isEqualTo(leaked.size());
    assertThat(answer.path("kept").asInt()).isEqualTo(23 - leaked.size());
    try (SampleSource kept = MadePairs.open(folder.resolve("out"))) {
      for (long i = 0; i < kept.size(); i++) {
        assertThat(leaked).doesNotContain(kept.text(i).key());
      }
    }
    assertThat(Files.readString(folder.resolve("out/report.html")))
        .contains("leak took " + leaked.size(), "looks like " + drawings + " d0");
  }

  @Test
  void aSampleIsExplained() throws IOException {
    try (SampleSource source = MadePairs.open(train)) {
      Curation curation = new Curation(source, rules(), OPTIONS);
      ObjectNode mirror = curation.explain("mirror");
      assertThat(mirror.path("rule").asText()).isEqualTo("leak");
      assertThat(mirror.path("why").asText())
          .startsWith("looks like " + photos + " ")
          .contains("p2, ")
          .endsWith("of 63 bits differ, mirrored");
      assertThat(curation.explain("plain").path("kept").asBoolean()).isTrue();
    }
  }

  @Test
  void goesOnOverTheSameSetsOnly() throws IOException {
    try (SampleSource source = MadePairs.open(train)) {
      new Curation(source, rules(), OPTIONS).write(folder.resolve("out"));
      try (ShardWriter writer = new ShardWriter(drawings, 100)) {
        MadePairs.add(writer, "d0", MadePairs.picture(70, 90, 90), "a drawing");
        MadePairs.add(writer, "d1", MadePairs.picture(71, 90, 90), "another");
      }
      Curation other = new Curation(source, rules(), OPTIONS);
      assertThatThrownBy(() -> other.write(folder.resolve("out")))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("another request");
    }
  }

  @Test
  void wrongSettingsAreToldFirst() throws IOException {
    try (SampleSource source = MadePairs.open(train)) {
      wrong(source, "leak: on", "leak.against must be a SOURCE");
      wrong(source, "leak: {against: /no/such/place}", "/no/such/place");
      wrong(source, "leak: {against: " + photos + ", distance: 12}", "leak.distance");
      wrong(source, "leak: {againts: x}", "against");
    }
  }

  private void wrong(SampleSource source, String line, String message) throws IOException {
    Path file = MadePairs.rules(folder, line);
    assertThatThrownBy(() -> new Curation(source, file, OPTIONS))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(message);
  }

  /** A share after the first one reads what that made: the sets' pictures may be gone by then. */
  @Test
  void hashesAreMadeOnceForARun() throws IOException {
    Path whole = folder.resolve("whole");
    Path out = folder.resolve("out");
    try (SampleSource source = MadePairs.open(train)) {
      new Curation(source, rules(), OPTIONS).write(whole);
      new Curation(source, rules(), OPTIONS).share(out, Curation.Stage.JUDGE, new Share(0, 2));
      Path leaks = folder.resolve("out.partial/leaks");
      try (Stream<Path> kept = Files.list(leaks)) {
        assertThat(kept.toList()).hasSize(2);
      }
      Curation second = new Curation(source, rules(), OPTIONS);
      Curation last = new Curation(source, rules(), OPTIONS);
      for (Path gone : List.of(photos, drawings)) {
        Files.move(gone, gone.resolveSibling(gone.getFileName() + "-gone"));
      }
      second.share(out, Curation.Stage.JUDGE, new Share(1, 2));
      last.write(out);
    }
    assertThat(MadePairs.sum(out)).isEqualTo(MadePairs.sum(whole));
  }

  @Test
  void hashesOfAnotherShapeAreOthers() throws IOException {
    LeakHashes one = LeakHashes.of(folder, "set 1");
    one.write(
        List.of(
            new LeakHashes.One("caf\u00e9/" + "x".repeat(70_000), -5), new LeakHashes.One("", 7)));
    assertThat(LeakHashes.of(folder, "set 2").isThere()).isFalse();
    assertThat(LeakHashes.of(folder, "set 1").read())
        .containsExactly(
            new LeakHashes.One("caf\u00e9/" + "x".repeat(70_000), -5), new LeakHashes.One("", 7));
  }
}
