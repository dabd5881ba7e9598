package dev.filip.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainTest {
  @TempDir Path folder;

  private Path image(String content) throws IOException {
    return Files.writeString(folder.resolve("image"), content);
  }

  @Test
  void argMaxEqualsANaiveRecomputation() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 3, Interaction.LATE);
    Path image = image("red+ball ball sky red sky+box box");
    String text = "red ball on green box";
    JsonNode json =
        Explain.of(model, image, List.of(LabelledText.parse(text))).toJson().at("/texts/0");
    float[] patches = model.images(List.of(model.prepare(image))).tokens().floats(0);
    float[] words = model.texts(List.of(text)).tokens().floats(0);
    int m = words.length / FakeEmbedder.D;
    double sImage = 0;
    for (int k = 0; k < 6; k++) {
      int best = 0;
      for (int r = 1; r < m; r++) {
        best = dot(patches, k, words, r) > dot(patches, k, words, best) ? r : best;
      }
      sImage += dot(patches, k, words, best) / 6;
      assertThat(json.at("/patch_word/" + k / 3 + "/" + k % 3).asInt()).isEqualTo(best);
    }
    for (int r = 0; r < m; r++) {
      int best = 0;
      for (int k = 1; k < 6; k++) {
        best = dot(patches, k, words, r) > dot(patches, best, words, r) ? k : best;
      }
      assertThat(json.at("/word_patch/" + r).asInt()).isEqualTo(best);
      assertThat(json.at("/word_score/" + r).asDouble())
          .isCloseTo(dot(patches, best, words, r), within(1e-6));
    }
    assertThat(json.path("s_image").asDouble()).isCloseTo(sImage, within(1e-6));
    assertThat(json.path("tokens").size()).isEqualTo(m);
    assertThat(json.path("tokens").get(0).asText()).isEqualTo("[BOS]");
  }

  private static double dot(float[] a, int i, float[] b, int j) {
    double sum = 0;
    for (int x = 0; x < FakeEmbedder.D; x++) {
      sum += a[i * FakeEmbedder.D + x] * b[j * FakeEmbedder.D + x];
    }
    return sum;
  }

  @Test
  void writesEveryFileItNames() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.GLOBAL);
    Explain explain =
        Explain.of(
            model,
            image("ball sky box sky"),
            List.of(
                LabelledText.parse("a {ball}"),
                LabelledText.parse("../box on sky"),
                LabelledText.parse("{a ball} on {sky}")));
    Path out = folder.resolve("out");
    explain.write(out, false);
    JsonNode json = Json.read(out.resolve("explain.json"));
    assertThat(json.path("trained_so").asBoolean()).isFalse();
    assertThat(json.path("note").asText()).contains("global loss only");
    assertThat(json.at("/texts/0/label/0").asInt()).isEqualTo(2);
    assertThat(json.at("/texts/2/label_heads").toString()).isEqualTo("[2,4]");
    assertThat(explain.texts().get(2).patchHead()).containsExactly(0, 1, 0, 1);
    int named = 1;
    for (JsonNode text : json.path("texts")) {
      assertPng(out.resolve(text.at("/files/alignment").asText()));
      named++;
      if (text.at("/files").has("labels")) {
        assertPng(out.resolve(text.at("/files/labels").asText()));
        named++;
      }
      for (JsonNode file : text.at("/files/words")) {
        assertPng(out.resolve(file.asText()));
        named++;
      }
    }
    try (var files = Files.list(out)) {
      assertThat(files.count()).isEqualTo(named).isEqualTo(1 + 3 + 2 + 3 + 4 + 1);
    }
    assertThatThrownBy(() -> explain.write(out, false)).isInstanceOf(BadInput.class);
    explain.write(out, true);
  }

  private static void assertPng(Path file) throws IOException {
    assertThat(ImageIO.read(new ByteArrayInputStream(Files.readAllBytes(file)))).isNotNull();
  }

  @Test
  void unreadableImagesAreNamed() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 1, Interaction.LATE);
    Path broken = image("broken");
    assertThatThrownBy(() -> Explain.of(model, broken, List.of(LabelledText.parse("x"))))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(broken.toString())
        .hasMessageContaining("truncated");
  }

  @Test
  void similarityIsAMatrixInBothDirections() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 2, Interaction.LATE);
    Path first = image("ball sky");
    Path second = Files.writeString(folder.resolve("second"), "box box");
    Similarity similarity =
        Similarity.of(model, List.of(first, second), List.of("ball", "box", "sky ball"), null);
    JsonNode json = similarity.toJson();
    assertThat(json.at("/s_image/0/0").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/s_image/0/2").asDouble()).isEqualTo(1);
    assertThat(json.at("/s_image/1/1").asDouble()).isEqualTo(1);
    assertThat(json.at("/s_text/1/1").asDouble()).isCloseTo(1 / 3.0, within(1e-6));
    assertThat(json.at("/s_text/0/2").asDouble()).isEqualTo(0.5);
    assertThat(json.path("logit_scale").asDouble()).isEqualTo(10);
    assertThat(similarity.sImage(1, 1)).isEqualTo(1);
    assertThat(similarity.sText(0, 2)).isEqualTo(0.5f);
    Similarity global = Similarity.of(model, List.of(first), List.of("ball"), Match.GLOBAL);
    assertThat(global.toJson().path("note").asText()).contains("late loss only");
    // (ball + sky) / sqrt 2 with ([BOS] + ball + [EOS]) / sqrt 3
    assertThat(global.sText(0, 0))
        .isEqualTo(global.sImage(0, 0))
        .isCloseTo((float) (1 / Math.sqrt(6)), within(1e-6f));
  }
}
