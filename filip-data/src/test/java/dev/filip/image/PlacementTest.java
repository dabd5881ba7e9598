package dev.filip.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.PixelBehaviour;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A white block in a black picture is found where the placement says it lies. */
class PlacementTest {
  @ParameterizedTest
  @CsvSource({
    "120, 60, 30",
    "60, 120, 30",
    "64, 64, 32",
    "61, 40, 20",
    "20, 20, 40",
    "97, 50, 31",
    "33, 50, 24",
  })
  void findsABlockAfterResizeAndCrop(int width, int height, int side) {
    for (PixelBehaviour behaviour : PixelBehaviour.values()) {
      Preprocessor preprocessor = new Preprocessor(Preprocess.clip(side, behaviour));
      int x0 = width / 2 - width / 10;
      int x1 = width / 2 + width / 5;
      int y0 = height / 3;
      int y1 = height / 2 + height / 5;
      PackedImage image = block(width, height, x0, y0, x1, y1);
      Placement placement = preprocessor.placement(image);
      double[] found = centroid(preprocessor.pixels(image));
      double scale = Math.max(1, placement.scaleX());
      assertThat(found[0])
          .isBetween(
              placement.x((x0 + x1) / 2.0) - 0.3 * scale,
              placement.x((x0 + x1) / 2.0) + 0.3 * scale);
      assertThat(found[1])
          .isBetween(
              placement.y((y0 + y1) / 2.0) - 0.3 * scale,
              placement.y((y0 + y1) / 2.0) + 0.3 * scale);
    }
  }

  private static PackedImage block(int width, int height, int x0, int y0, int x1, int y1) {
    int[] pixels = new int[width * height];
    Arrays.fill(pixels, 0xFF);
    for (int y = y0; y < y1; y++) {
      Arrays.fill(pixels, y * width + x0, y * width + x1, 0xFFFFFFFF);
    }
    return PackedImage.opaque(width, height, pixels);
  }

  /** Centre of brightness; pixel x covers [x, x + 1). */
  private static double[] centroid(PackedImage image) {
    double sum = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < image.pixels().length; i++) {
      double light = image.pixels()[i] >>> 24;
      int row = i / image.width();
      sum += light;
      x += light * (i % image.width() + 0.5);
      y += light * (row + 0.5);
    }
    return new double[] {x / sum, y / sum};
  }
}
