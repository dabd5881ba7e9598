package dev.filip.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import dev.filip.kernel.ResizeKernel;
import dev.filip.kernel.ResizeWeights;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PilResizeTest {
  private final PilResize resize = new PilResize();

  static List<JsonNode> goldens() {
    JsonNode table = Json.read(Goldens.path("resize.json"));
    return StreamSupport.stream(table.spliterator(), false).toList();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void bytesEqualPillows(JsonNode golden) throws Exception {
    JsonNode from = golden.path("from");
    JsonNode to = golden.path("to");
    RgbImage image = Pictures.checked(from.path(0).intValue(), from.path(1).intValue());
    Resample how = Resample.of(golden.path("resample").intValue());
    RgbImage out = resize.resize(image, to.path(0).intValue(), to.path(1).intValue(), how);
    assertThat(ImageDecoderTest.sha(out.rgb())).isEqualTo(golden.path("sha256").textValue());
  }

  @Test
  void vectorFormEqualsPlainFormOnFourChannelsAndWindows() {
    int[][] sizes = {
      {50, 40, 23, 31}, {7, 9, 40, 3}, {65, 33, 16, 17}, {120, 16, 119, 15}, {33, 65, 40, 60}
    };
    var random = new java.util.SplittableRandom(5);
    for (int[] size : sizes) {
      int[] pixels = new int[(size[0] + 3) * (size[1] + 2)];
      Arrays.setAll(pixels, i -> random.nextInt());
      var grid = new ResizeKernel.Grid(pixels, size[0] + 3 + 2, size[0] + 3);
      for (ResizeWeights.Filter filter : ResizeWeights.Filter.values()) {
        ResizeWeights across = ResizeWeights.of(filter, size[0], size[2]);
        ResizeWeights down = ResizeWeights.of(filter, size[1], size[3]);
        var window = new ResizeKernel.Window(1, 1, size[2] - 1, size[3] - 2);
        assertThat(ResizeKernel.vector(grid, across, down, window))
            .isEqualTo(ResizeKernel.plain(grid, across, down, window));
      }
    }
  }

  @Test
  void windowIsTheSameAsCuttingTheWhole() {
    PackedImage image = PackedImage.of(Pictures.checked(61, 47));
    PackedImage whole = resize.resize(image, 40, 30, Resample.BICUBIC);
    PilResize.Crop window = new PilResize.Crop(5, 3, 20, 11);
    PackedImage part =
        resize.resize(image, PilResize.Crop.all(61, 47), 40, 30, Resample.BICUBIC, window);
    for (int y = 0; y < 11; y++) {
      for (int x = 0; x < 20; x++) {
        assertThat(part.pixels()[y * 20 + x]).isEqualTo(whole.pixels()[(y + 3) * 40 + x + 5]);
      }
    }
  }
}
