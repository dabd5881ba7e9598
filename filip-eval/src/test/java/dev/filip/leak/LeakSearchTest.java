package dev.filip.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.image.HashIndex;
import dev.filip.image.PerceptualHash;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeakSearchTest {
  @TempDir Path temp;

  /** A picture of some discs and bars, another for every seed. */
  private static BufferedImage picture(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(120, 90, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setColor(new Color(random.nextInt(1 << 24)));
    g.fillRect(0, 0, 120, 90);
    for (int i = 0; i < 7; i++) {
      g.setColor(new Color(random.nextInt(1 << 24)));
      int x = random.nextInt(100);
      int y = random.nextInt(70);
      int size = 15 + random.nextInt(45);
      if (random.nextBoolean()) {
        g.fillOval(x, y, size, size);
      } else {
        g.fillRect(x, y, size, size / 2);
      }
    }
    g.dispose();
    return image;
  }

  private static BufferedImage scaled(BufferedImage image, int width, int height, boolean mirror) {
    BufferedImage out = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = out.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.drawImage(image, mirror ? width : 0, 0, mirror ? -width : width, height, null);
    g.dispose();
    return out;
  }

  private Path write(String folder, String name, BufferedImage image, String format)
      throws IOException {
    Path file = Files.createDirectories(temp.resolve(folder)).resolve(name + "." + format);
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    return file;
  }

  private LeakSearch.Found run(int distance) throws IOException {
    try (SampleSource train = open("train");
        SampleSource test = open("test")) {
      LeakSearch search = new LeakSearch(distance, null, 0.9);
      LeakSearch.Found found = search.run(train, test);
      new LeakReport(search, found).page(train, test, temp.resolve("leak.html"));
      return found;
    }
  }

  private SampleSource open(String folder) {
    return Sources.open(temp.resolve(folder).toString(), SourceOptions.DEFAULT);
  }

  /** Of 40 test pictures five are in training as JPEG, scaled, mirrored; one is of one colour. */
  @Test
  void copiesAreFoundScaledRecompressedAndMirroredAndNothingElse() throws IOException {
    for (int i = 0; i < 40; i++) {
      write("test", "t" + (100 + i), picture(i), "png");
      write("train", "n" + (100 + i), picture(1_000 + i), "png");
    }
    write("train", "copy-jpg", picture(3), "jpg");
    write("train", "copy-small", scaled(picture(7), 64, 48, false), "png");
    write("train", "copy-large", scaled(picture(11), 300, 225, false), "jpg");
    write("train", "copy-mirrored", scaled(picture(19), 120, 90, true), "png");
    write("train", "copy-same", picture(23), "png");
    write("train", "flat", new BufferedImage(50, 50, BufferedImage.TYPE_INT_RGB), "png");
    write("test", "flat", new BufferedImage(60, 40, BufferedImage.TYPE_INT_RGB), "png");
    Files.writeString(temp.resolve("train/bad.png"), "no picture");
    LeakSearch.Found found = run(6);
    assertThat(found.pairs().stream().map(pair -> pair.test() + " " + pair.train()).toList())
        .containsExactlyInAnyOrder(
            "t103 copy-jpg",
            "t107 copy-small",
            "t111 copy-large",
            "t119 copy-mirrored",
            "t123 copy-same");
    assertThat(found.pairs().stream().filter(LeakSearch.Pair::mirrored).map(p -> p.test()).toList())
        .containsExactly("t119");
    assertThat(found.pairs().getFirst().distance()).isZero();
    assertThat(found.skipped()).containsEntry("single colour", 2);
    assertThat(found.skipped().values().stream().mapToInt(n -> n).sum()).isEqualTo(3);
    assertThat(found.trainImages()).isEqualTo(45);
    assertThat(found.testImages()).isEqualTo(40);
    assertThat(Files.readString(temp.resolve("leak.html")))
        .contains("5 of 40 test images", "t119", "mirrored", "data:image/png");
  }

  @Test
  void scoresWithoutWhatLeakedAreThoseOfTheOthers() throws IOException {
    write("test", "a", picture(1), "png");
    write("test", "b", picture(2), "png");
    write("test", "c", picture(3), "png");
    write("train", "x", picture(2), "jpg");
    LeakSearch.Found found = run(6);
    JsonNode answer =
        Json.parse(
            "{\"outcomes\": {\"keys\": [\"a\", \"b\", \"c\"], \"metrics\": {\"top1\": {\"hits\": [0, 1, 1]}}, \"fingerprint_of\": {\"data\": \"abc\"}}}");
    JsonNode scores =
        new LeakReport(new LeakSearch(6, null, 0.9), found).without(answer, "a.json", "abc");
    assertThat(scores.at("/top1/all").asDouble()).isEqualTo(2 / 3.0);
    assertThat(scores.at("/top1/clean").asDouble()).isEqualTo(0.5);
    assertThat(scores.path("n_clean").asInt()).isEqualTo(2);
    assertThatThrownBy(() ->
            new LeakReport(new LeakSearch(6, null, 0.9), found)
                .without(Json.parse("{}"), "a.json", "abc"))
        .hasMessage("a.json must be an answer of filip eval TASK --json, got no outcomes");
    assertThatThrownBy(() ->
            new LeakReport(new LeakSearch(6, null, 0.9), found).without(answer, "a.json", "other"))
        .hasMessage("a.json must be an answer on the test source, got other data");
  }

  /** The index finds what comparing every pair finds, at every distance. */
  @Test
  void theIndexFindsExactlyWhatComparingAllFinds() {
    SplittableRandom random = new SplittableRandom(9);
    List<Long> hashes = new ArrayList<>();
    HashIndex index = new HashIndex();
    for (int i = 0; i < 400; i++) {
      long hash = random.nextLong();
      if (i % 2 == 1) { // near the one before
        hash = hashes.getLast();
        for (int flips = random.nextInt(14); flips > 0; flips--) {
          hash ^= 1L << random.nextInt(64);
        }
      }
      hashes.add(hash);
      index.add(hash);
    }
    for (int most = 0; most <= HashIndex.MOST; most++) {
      for (int q = 0; q < hashes.size(); q += 7) {
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < hashes.size(); i++) {
          if (PerceptualHash.distance(hashes.get(i), hashes.get(q)) <= most) {
            expected.add(i);
          }
        }
        assertThat(index.within(hashes.get(q), most)).isEqualTo(expected);
        assertThat(index.first(hashes.get(q), most)).isEqualTo(expected.getFirst());
      }
    }
    assertThatThrownBy(() -> new LeakSearch(12, null, 0.9))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--distance must be in [0, 11]");
  }
}
