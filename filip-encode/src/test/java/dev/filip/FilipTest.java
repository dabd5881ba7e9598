package dev.filip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.encode.Alignment;
import dev.filip.encode.Embedder;
import dev.filip.encode.Explain;
import dev.filip.encode.GradCam;
import dev.filip.encode.Gradients;
import dev.filip.encode.LabelledText;
import dev.filip.encode.Match;
import dev.filip.encode.Similarity;
import dev.filip.io.BadInput;
import dev.filip.model.AttentionProbe.Toward;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The facade over a tiny model with random weights. */
@Tag("native")
class FilipTest {
  @TempDir static Path folder;
  private static Path late;
  private static Path global;
  private static Path picture;

  @BeforeAll
  static void models() throws IOException {
    late = save("late", Interaction.LATE);
    global = save("global", Interaction.GLOBAL);
    BufferedImage image = new BufferedImage(20, 30, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 20; x++) {
      for (int y = 0; y < 30; y++) {
        image.setRGB(x, y, Color.HSBtoRGB(x / 20f, 0.8f, y / 30f));
      }
    }
    picture = Files.write(folder.resolve("picture.png"), AwtImages.png(image));
  }

  private static Path save(String name, Interaction interaction) throws IOException {
    return TinyModel.save(folder.resolve(name), interaction);
  }

  @Test
  void facadeAgreesWithTheMatrixAndTheAlignment() throws IOException {
    try (Filip filip = Filip.open(late)) {
      Filip.Image image = filip.encodeImage(picture);
      Filip.Text text = filip.encodeText("a red ball on a box");
      Filip.Scores scores = filip.similarity(image, text);
      Alignment alignment = filip.alignment(image, text);
      assertThat(image.vectors().tokens().length(0)).isEqualTo(9);
      assertThat(alignment.words()).startsWith("[BOS]", "a", "red").endsWith("[EOS]");
      assertThat(alignment.pair().sImage()).isCloseTo(scores.sImage(), within(1e-6f));
      assertThat(alignment.pair().sText()).isCloseTo(scores.sText(), within(1e-6f));
      assertThat(scores.sImage()).isBetween(-1f, 1f).isNotEqualTo(scores.sText());
      Similarity matrix =
          Similarity.of(filip.embedder(), List.of(picture), List.of(text.text()), null);
      assertThat(matrix.sImage(0, 0)).isCloseTo(scores.sImage(), within(1e-6f));
      assertThat(filip.logitScale()).isCloseTo(1 / 0.07, within(1e-3));
      assertThat(filip.encodeImage(Files.readAllBytes(picture)).vectors().globals().floats())
          .isEqualTo(image.vectors().globals().floats());
    }
  }

  @Test
  void aTextBeyondTheContextKeepsItsEnd() {
    try (Filip filip = Filip.open(late)) {
      String words = "a red ball on a green box on a red ball on a box";
      Filip.Text text = filip.encodeText(words);
      assertThat(text.vectors().tokens().length(0)).isEqualTo(9);
      assertThat(filip.embedder().words(words).pieces()).hasSize(9).endsWith("[EOS]");
    }
  }

  @Test
  void aGlobalModelScoresOneCosineAndExplainsWithANote() {
    try (Filip filip = Filip.open(global)) {
      Filip.Scores scores = filip.similarity(encode(filip), filip.encodeText("a green box"));
      assertThat(scores.sImage()).isEqualTo(scores.sText());
      Explain explain =
          Explain.of(filip.embedder(), picture, List.of(LabelledText.parse("a green {box}")));
      assertThat(explain.toJson().path("note").asText()).isNotEmpty();
      assertThat(explain.toJson().at("/texts/0/patch_word").size()).isEqualTo(3);
    }
  }

  @Test
  void gradientsOfBothTowersAndBothScores() {
    for (Path model : List.of(late, global)) {
      Filip filip = Filip.open(model);
      for (Match match : Match.values()) {
        Explain explain =
            Explain.of(
                filip.embedder(),
                picture,
                List.of(new LabelledText("a green box", List.of(0), List.of(11))),
                new Explain.Asked(filip.gradients(), match));
        GradCam cam = explain.gradients().getFirst();
        assertThat(cam.trainedSo()).isEqualTo((match == Match.LATE) == model.equals(late));
        assertThat(cam.text().weights()).hasSize(explain.texts().getFirst().words().size());
        assertThat(cam.text().shares()).contains(1f);
        if (match == Match.GLOBAL) {
          assertThat(cam.image().shares()).hasSize(9).contains(1f);
        }
      }
      Gradients gradients = filip.gradients();
      Embedder.Picture prepared = filip.embedder().prepare(picture);
      filip.close();
      assertThatThrownBy(() -> gradients.image(prepared, new Toward(new float[8], true)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  private static Filip.Image encode(Filip filip) {
    try {
      return filip.encodeImage(picture);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void badInputIsOneLine() {
    assertThatThrownBy(() -> Filip.open(folder.resolve("none"))).isInstanceOf(BadInput.class);
    try (Filip filip = Filip.open(late)) {
      assertThatThrownBy(() -> filip.encodeImage(new byte[] {1, 2, 3}))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("3 bytes");
    }
  }
}
