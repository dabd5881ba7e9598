package dev.filip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.io.BadInput;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many images, many texts and classes at once, each held to the one by one. */
@Tag("native")
class FilipBatchTest {
  private static final List<String> NAMES = List.of("ball", "box", "red box");
  private static final List<String> TEMPLATES = List.of("a {}", "a red {} on a ball", "{c}");

  @TempDir static Path folder;
  private static Filip late;
  private static Filip global;

  @BeforeAll
  static void models() throws IOException {
    late = Filip.open(TinyModel.save(folder.resolve("late"), Interaction.LATE));
    global = Filip.open(TinyModel.save(folder.resolve("global"), Interaction.GLOBAL));
  }

  @AfterAll
  static void close() {
    late.close();
    global.close();
  }

  private static BufferedImage picture(int type, int seed) {
    BufferedImage image = new BufferedImage(17, 23, type);
    for (int x = 0; x < 17; x++) {
      for (int y = 0; y < 23; y++) {
        int value = (x * 11 + seed * 31) % 256 << 16 | (y * 9 + seed) % 256 << 8 | (x * y) % 256;
        image.setRGB(x, y, ((x + y) * 7 % 256) << 24 | value);
      }
    }
    return image;
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", out)).isTrue();
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_BYTE_BINARY
      })
  void everyFormOfAnImageGivesTheSameVectors(int type) throws IOException {
    BufferedImage pixels = picture(type, 3);
    byte[] bytes = png(pixels);
    Path file = Files.write(folder.resolve("picture-" + type + ".png"), bytes);
    List<Filip.Image> all =
        late.encodeImages(
            List.of(
                ImageInput.of(bytes),
                ImageInput.of(file),
                ImageInput.of(new ByteArrayInputStream(bytes)),
                ImageInput.of(pixels)));
    for (Filip.Image image : all) {
      near(image.tokens(), all.getFirst().tokens());
    }
    near(late.encodeImage(file).tokens(), all.getFirst().tokens());
  }

  @Test
  void premultipliedPixelsAreTheirColours() throws IOException {
    BufferedImage straight = new BufferedImage(12, 12, BufferedImage.TYPE_INT_ARGB);
    BufferedImage pre = new BufferedImage(12, 12, BufferedImage.TYPE_INT_ARGB_PRE);
    for (int i = 0; i < 144; i++) {
      int argb = 0x80 << 24 | (i % 2 == 0 ? 0xFF0000 : 0x00FF00); // 128: exact both ways
      straight.setRGB(i % 12, i / 12, argb);
      pre.setRGB(i % 12, i / 12, argb);
    }
    List<Filip.Image> both =
        late.encodeImages(List.of(ImageInput.of(straight), ImageInput.of(pre)));
    near(both.get(0).tokens(), both.get(1).tokens());
  }

  @Test
  void moreThanABatchStaysInOrder() throws IOException {
    List<ImageInput> inputs = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 131; i++) {
      inputs.add(ImageInput.of(picture(BufferedImage.TYPE_INT_RGB, i)));
      texts.add("a red ball on box " + "a ".repeat(i % 7) + i);
    }
    List<Filip.Image> images = late.encodeImages(inputs);
    List<Filip.Text> encoded = late.encodeTexts(texts);
    assertThat(encoded.stream().map(Filip.Text::text)).isEqualTo(texts);
    for (int i : new int[] {0, 63, 64, 130}) {
      near(images.get(i).tokens(), late.encodeImages(inputs.subList(i, i + 1)).getFirst().tokens());
      near(encoded.get(i).tokens(), late.encodeText(texts.get(i)).tokens());
      assertThat(images.get(i).vectors().tokens().count()).isEqualTo(9);
    }
  }

  @Test
  void aMatrixHoldsThePairs() throws IOException {
    for (Filip filip : List.of(late, global)) {
      List<Filip.Image> images = images(filip, 3);
      List<Filip.Text> texts =
          filip.encodeTexts(List.of("a", "a red ball", "a green box on a red ball", "box", "on"));
      Filip.Matrix matrix = filip.similarity(images, texts);
      for (int i = 0; i < images.size(); i++) {
        for (int t = 0; t < texts.size(); t++) {
          Filip.Scores pair = filip.similarity(images.get(i), texts.get(t));
          assertThat(matrix.sImage()[i][t]).isCloseTo(pair.sImage(), within(1e-6f));
          assertThat(matrix.sText()[i][t]).isCloseTo(pair.sText(), within(1e-6f));
        }
      }
      assertThat(filip.similarity(images, List.of()).sText()).hasDimensions(3, 0);
      assertThat(filip.similarity(List.of(), texts).sImage()).isEmpty();
    }
  }

  private static List<Filip.Image> images(Filip filip, int count) throws IOException {
    List<ImageInput> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(ImageInput.of(picture(BufferedImage.TYPE_INT_RGB, i * 5)));
    }
    return filip.encodeImages(out);
  }

  @Test
  void lateAveragesSimilaritiesOverPrompts() throws IOException {
    List<Filip.Image> images = images(late, 2);
    Classifier classifier = late.classifier(NAMES, TEMPLATES);
    for (int i = 0; i < images.size(); i++) {
      Classifier.Classification found = classifier.classify(images).get(i);
      for (int c = 0; c < NAMES.size(); c++) {
        double sum = 0;
        for (String prompt : prompts(NAMES.get(c))) {
          sum += late.similarity(images.get(i), late.encodeText(prompt)).sImage();
        }
        assertThat(found.scores()[c]).isCloseTo((float) (sum / 3), within(1e-6f));
      }
      coherent(found, late.logitScale());
    }
  }

  @Test
  void globalAveragesEmbeddings() throws IOException {
    Filip.Image image = images(global, 1).getFirst();
    Classifier.Classification found = global.classify(image, NAMES, TEMPLATES);
    boolean tempting = true;
    for (int c = 0; c < NAMES.size(); c++) {
      double[] sum = new double[5];
      double similarities = 0;
      for (String prompt : prompts(NAMES.get(c))) {
        Filip.Text text = global.encodeText(prompt);
        similarities += global.similarity(image, text).sImage();
        for (int j = 0; j < 5; j++) {
          sum[j] += text.global()[j];
        }
      }
      double dot = 0;
      double square = 0;
      for (int j = 0; j < 5; j++) {
        dot += sum[j] * image.global()[j];
        square += sum[j] * sum[j];
      }
      assertThat(found.scores()[c]).isCloseTo((float) (dot / Math.sqrt(square)), within(1e-5f));
      tempting &= Math.abs(found.scores()[c] - similarities / 3) < 1e-4;
    }
    assertThat(tempting).as("the mean of similarities is another number").isFalse();
    coherent(found, global.logitScale());
  }

  private static List<String> prompts(String name) {
    return List.of("a " + name, "a red " + name + " on a ball", name);
  }

  private static void coherent(Classifier.Classification found, double scale) {
    float[] p = found.probabilities();
    assertThat(p[0] + p[1] + p[2]).isCloseTo(1, within(1e-5f));
    assertThat(found.name()).isEqualTo(NAMES.get(found.best()));
    double expected = Math.exp(scale * (found.scores()[1] - found.scores()[0]));
    assertThat((double) p[1] / p[0]).isCloseTo(expected, within(1e-3 * expected));
    for (float score : found.scores()) {
      assertThat(score).isLessThanOrEqualTo(found.scores()[found.best()]);
    }
  }

  @Test
  void wrongUseIsOneLine() throws IOException {
    assertThatThrownBy(() -> late.classifier(List.of(), TEMPLATES))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("names");
    assertThatThrownBy(() -> late.classifier(NAMES, List.of("a photo")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("a place {}");
    assertThatThrownBy(() -> late.encodeImages(List.of(ImageInput.of(folder.resolve("none.png")))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.png");
    Path text = Files.writeString(folder.resolve("text.png"), "no image");
    assertThatThrownBy(() -> late.encodeImages(List.of(ImageInput.of(text))))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("text.png");
    assertThat(late.classifier(NAMES, TEMPLATES).classify(List.of())).isEmpty();
  }

  private static void near(float[][] actual, float[][] expected) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int k = 0; k < actual.length; k++) {
      assertThat(actual[k]).containsExactly(expected[k], within(1e-5f));
    }
  }
}
