package dev.filip.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.io.Json;
import dev.filip.model.AttentionMaps;
import dev.filip.model.AttentionProbe.Toward;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows of the maps count, and toward what; the gradients themselves are made up. */
class GradCamTest {
  @TempDir Path folder;

  /** One head; the image tower has [CLS] before its patches. Map 1, gradient = row + key / 10. */
  private static final class Maps implements Gradients {
    final List<Toward> asked = new ArrayList<>();
    private final int patches;
    private final int words;

    Maps(int patches, int words) {
      this.patches = patches;
      this.words = words;
    }

    @Override
    public AttentionMaps image(Embedder.Picture picture, Toward toward) {
      asked.add(toward);
      return maps(patches + 1, 0);
    }

    @Override
    public AttentionMaps text(String text, Toward toward) {
      asked.add(toward);
      return maps(words, words - 1);
    }

    private static AttentionMaps maps(int n, int whole) {
      float[] map = new float[n * n];
      float[] gradient = new float[n * n];
      Arrays.fill(map, 1);
      for (int row = 0; row < n; row++) {
        for (int key = 0; key < n; key++) {
          gradient[row * n + key] = row + key / 10f;
        }
      }
      return new AttentionMaps(1, n, map, gradient, new int[] {whole});
    }
  }

  private Explain explain(Maps maps, Match match, String image, String text) throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    Path file = Files.writeString(folder.resolve("image"), image);
    Explain.Asked asked = new Explain.Asked(maps, match);
    return Explain.of(model, file, List.of(LabelledText.parse(text)), asked);
  }

  @Test
  void lateCountsThePatchesAndWordsOfTheLabel() throws IOException {
    Maps maps = new Maps(4, 4); // [BOS] a ball [EOS]
    Explain explain = explain(maps, Match.LATE, "ball sky a ball", "a {ball}");
    GradCam cam = explain.gradients().getFirst();
    // patches 0 and 3 chose "ball": rows 1 and 4 of the maps; keys 1 to 4 are patches
    assertThat(cam.image().queries()).containsExactly(0, 3);
    assertThat(cam.image().weights())
        .containsExactly(new float[] {2.6f, 2.7f, 2.8f, 2.9f}, within(1e-6f));
    assertThat(cam.text().queries()).containsExactly(2);
    assertThat(cam.text().weights())
        .containsExactly(new float[] {2, 2.1f, 2.2f, 2.3f}, within(1e-6f));
    Alignment pair = explain.texts().getFirst();
    assertThat(cam.image().score()).isEqualTo(pair.pair().sImage());
    assertThat(cam.text().score()).isEqualTo(pair.pair().sText());
    assertThat(cam.trainedSo()).isTrue();
    assertThat(maps.asked).noneMatch(Toward::whole);
    // toward: each patch's best word over 4 patches; a score of unit rows sums to s_image
    float[] toward = maps.asked.getFirst().rows();
    int ball = index(toward, 0);
    assertThat(toward[ball]).isEqualTo(0.25f);
    assertThat(toward[3 * FakeEmbedder.D + ball]).isEqualTo(0.25f);
    assertThat(toward[2 * FakeEmbedder.D + ball]).isZero(); // it chose "a"
  }

  private static int index(float[] rows, int row) {
    for (int j = 0; j < FakeEmbedder.D; j++) {
      if (rows[row * FakeEmbedder.D + j] != 0) {
        return j;
      }
    }
    throw new AssertionError("row " + row + " is 0");
  }

  @Test
  void globalCountsTheRowOfTheWhole() throws IOException {
    Maps maps = new Maps(4, 4);
    GradCam cam = explain(maps, Match.GLOBAL, "ball sky a ball", "a {ball}").gradients().getFirst();
    assertThat(cam.image().queries()).isEmpty();
    assertThat(cam.image().weights())
        .containsExactly(new float[] {0.1f, 0.2f, 0.3f, 0.4f}, within(1e-6f));
    assertThat(cam.text().weights())
        .containsExactly(new float[] {3, 3.1f, 3.2f, 3.3f}, within(1e-6f));
    assertThat(cam.trainedSo()).isFalse();
    assertThat(maps.asked).allMatch(Toward::whole);
    // (2 ball + sky + a) / sqrt 6 with ([BOS] + a + ball + [EOS]) / 2
    assertThat(cam.image().score()).isCloseTo(3 / Math.sqrt(24), within(1e-6));
  }

  @Test
  void whereNoPatchChoseTheLabelItIsSaid() throws IOException {
    Explain explain = explain(new Maps(4, 4), Match.LATE, "a a a a", "a {ball}");
    assertThat(explain.gradients().getFirst().image().isKnown()).isFalse();
    explain.write(folder.resolve("out"), false);
    JsonNode one = Json.read(folder.resolve("out/explain.json")).at("/texts/0");
    assertThat(one.at("/gradient/image/map").isNull()).isTrue();
    assertThat(one.at("/gradient/image/note").asText()).contains("no patch chose");
    assertThat(one.at("/files").has("gradient")).isFalse();
    assertThat(folder.resolve("out/1-gradient-words.png")).exists();
  }

  @Test
  void filesAndNumbersAreWritten() throws IOException {
    Explain explain = explain(new Maps(4, 4), Match.LATE, "ball sky a ball", "a {ball}");
    Path out = folder.resolve("out");
    explain.write(out, false);
    JsonNode one = Json.read(out.resolve("explain.json")).at("/texts/0");
    assertThat(one.at("/gradient/match").asText()).isEqualTo("late");
    assertThat(one.at("/gradient/image/patches").toString()).isEqualTo("[0,3]");
    assertThat(one.at("/gradient/image/map/1/0").asDouble()).isCloseTo(2.8, within(1e-6));
    assertThat(one.at("/gradient/text/words").toString()).isEqualTo("[2]");
    for (String key : List.of("gradient", "gradient_words")) {
      byte[] png = Files.readAllBytes(out.resolve(one.at("/files/" + key).asText()));
      assertThat(ImageIO.read(new ByteArrayInputStream(png))).isNotNull();
    }
    explain.write(out, true);
  }

  @Test
  void sharesAreOfTheLargest() {
    assertThat(new GradCam.Tower(0, List.of(), new float[] {1, 0, 4}).shares())
        .containsExactly(0.25f, 0, 1);
    assertThat(new GradCam.Tower(0, List.of(), new float[2]).shares()).containsExactly(0, 0);
  }
}
