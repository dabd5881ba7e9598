package dev.filip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import dev.filip.kernel.AreaKernel;
import dev.filip.kernel.AreaWeights;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AreaResizeTest {
  static List<JsonNode> goldens() {
    JsonNode table = Json.read(Goldens.path("area.json"));
    return StreamSupport.stream(table.spliterator(), false).toList();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void bytesEqualOpenCvs(JsonNode golden) throws Exception {
    JsonNode from = golden.path("from");
    JsonNode to = golden.path("to");
    PackedImage image =
        PackedImage.of(Pictures.checked(from.path(0).intValue(), from.path(1).intValue()));
    PackedImage out = new AreaResize().resize(image, to.path(0).intValue(), to.path(1).intValue());
    assertThat(out.width()).isEqualTo(to.path(0).intValue());
    assertThat(ImageDecoderTest.sha(out.toRgb().rgb()))
        .isEqualTo(golden.path("sha256").textValue());
  }

  /**
   * Shrunk by less than two, by more, by whole numbers in one or both directions, hardly at all.
   */
  @ParameterizedTest
  @CsvSource({
    "640,480,341,256",
    "70,50,69,49",
    "31,33,16,17",
    "32,9,31,9",
    "33,9,17,9",
    "200,3,19,2",
    "65,64,13,32",
    "64,48,16,16",
    "5,5,5,5",
    "48,48,24,24",
    "1,7,1,3",
    "400,2,1,1",
    "123,77,41,7"
  })
  void bothFormsEqualTheDefinition(int width, int height, int toWidth, int toHeight) {
    int[] pixels = new int[width * height];
    SplittableRandom random = new SplittableRandom(3);
    Arrays.setAll(pixels, _ -> random.nextInt());
    AreaWeights across = AreaWeights.of(width, toWidth);
    AreaWeights down = AreaWeights.of(height, toHeight);
    int[] wanted = defined(pixels, across, down);
    assertThat(AreaKernel.plain(pixels, across, down)).isEqualTo(wanted);
    assertThat(AreaKernel.vector(pixels, across, down)).isEqualTo(wanted);
  }

  @Test
  void theMeanOfAWholePictureDoesNotOverflow() {
    int[] pixels = new int[4000 * 4000];
    Arrays.fill(pixels, 0xFFFEFDFF);
    AreaWeights axis = AreaWeights.of(4000, 1);
    assertThat(AreaKernel.vector(pixels, axis, axis)).containsExactly(0xFFFEFDFF);
    assertThatThrownBy(() -> AreaWeights.of(4, 5)).hasMessageContaining("4 to 5");
  }

  /** One output and one channel after the other. */
  private static int[] defined(int[] pixels, AreaWeights across, AreaWeights down) {
    int[] out = new int[across.target() * down.target()];
    for (int i = 0; i < out.length; i++) {
      int pixel = 0xFF;
      for (int shift = 24; shift > 0; shift -= 8) {
        int x = i % across.target();
        int y = i / across.target();
        pixel |= channel(pixels, across, down, x, y, shift) << shift;
      }
      out[i] = pixel;
    }
    return out;
  }

  private static int channel(
      int[] pixels, AreaWeights across, AreaWeights down, int x, int y, int shift) {
    boolean whole = across.whole() && down.whole();
    float sum = 0;
    int exact = 0;
    for (int v = 0; v < down.count()[y]; v++) {
      float row = 0;
      for (int u = 0; u < across.count()[x]; u++) {
        int at = (down.first()[y] + v) * across.source() + across.first()[x] + u;
        int value = pixels[at] >>> shift & 0xFF;
        exact += value;
        row += value * across.weights()[x * across.taps() + u];
      }
      sum += row * down.weights()[y * down.taps() + v];
    }
    int count = across.count()[x] * down.count()[y];
    if (whole) {
      boolean four = across.count()[x] == 2 && down.count()[y] == 2;
      return four ? (exact + 2) / 4 : (int) Math.rint(exact * (1f / count));
    }
    return (int) Math.min(255, Math.rint(sum));
  }
}
