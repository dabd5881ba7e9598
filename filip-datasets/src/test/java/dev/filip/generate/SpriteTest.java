package dev.filip.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class SpriteTest {
  private static Sprite block(int width, int height, Box box) {
    float[][] planes = new float[4][width * height];
    for (int y = box.y0(); y < box.y1(); y++) {
      for (int x = box.x0(); x < box.x1(); x++) {
        planes[0][y * width + x] = 1;
        planes[3][y * width + x] = 1;
      }
    }
    return new Sprite(width, height, planes);
  }

  @Test
  void resizeKeepsFlatFieldsAndSums() {
    float[] flat = new float[7 * 5];
    java.util.Arrays.fill(flat, 0.3f);
    for (int size : new int[] {1, 2, 3, 5, 11, 40}) {
      for (float value : Sprite.Bicubic.resize(flat, 7, 5, size, size + 1)) {
        assertThat(value).isCloseTo(0.3f, within(1e-6f));
      }
    }
  }

  @Test
  void resizeBySameSizeAndMirrorAreExact() {
    Dice dice = new Dice(3);
    float[] plane = new float[6 * 6];
    float[] mirror = new float[6 * 6];
    for (int i = 0; i < 36; i++) {
      plane[i] = (float) dice.unit();
      mirror[i / 6 * 6 + 5 - i % 6] = plane[i];
    }
    float[] same = Sprite.Bicubic.resize(plane, 6, 6, 6, 6);
    assertThat(same).containsExactly(plane, within(1e-6f));
    float[] small = Sprite.Bicubic.resize(plane, 6, 6, 4, 6);
    float[] turned = Sprite.Bicubic.resize(mirror, 6, 6, 4, 6);
    for (int i = 0; i < small.length; i++) {
      assertThat(turned[i / 4 * 4 + 3 - i % 4]).isCloseTo(small[i], within(1e-5f));
    }
  }

  @Test
  void fitCropsToWhatIsVisible() {
    Sprite fitted = block(40, 30, new Box(10, 5, 30, 15)).fit(60);
    assertThat(fitted.width()).isEqualTo(60);
    assertThat(fitted.height()).isEqualTo(30);
    assertThat(fitted.visible()).isEqualTo(new Box(0, 0, 60, 30));
    assertThat(fitted.centred(64).visible()).isEqualTo(new Box(2, 17, 62, 47));
  }

  @Test
  void lineArtStaysLegalAndDarkensTheRim() {
    Sprite sprite = block(64, 64, new Box(8, 8, 56, 56));
    int outlined = 0;
    for (int i = 0; i < 20; i++) {
      Sprite drawn = new LineArt(new Dice(i)).redraw(sprite);
      assertThat(drawn.width()).isEqualTo(LineArt.SIZE);
      for (int p = 0; p < 64 * 64; p++) {
        float alpha = drawn.planes()[3][p];
        assertThat(alpha).isBetween(0f, 1f);
        assertThat(drawn.planes()[0][p]).isBetween(0f, alpha);
      }
      boolean dark = drawn.alpha(32, 1) > 0.9 && drawn.planes()[0][64 + 32] < 0.3;
      outlined += dark ? 1 : 0;
    }
    assertThat(outlined).isBetween(8, 20);
  }

  @Test
  void variationOfStrengthZeroChangesNothing() {
    Sprite sprite = block(20, 12, new Box(2, 2, 18, 10));
    Variation none = new Variation(0, new Dice(4));
    Sprite same = none.turn(none.colour(sprite));
    assertThat(same.visible()).isEqualTo(sprite.visible());
    for (int c = 0; c < 4; c++) {
      assertThat(same.planes()[c]).containsExactly(sprite.planes()[c], within(1e-6f));
    }
  }

  @Test
  void variationKeepsGreyGreyAndTheDrawingWhole() {
    float[][] planes = new float[4][40 * 40];
    for (int i = 0; i < 1600; i++) {
      planes[0][i] = 0.5f;
      planes[1][i] = 0.5f;
      planes[2][i] = 0.5f;
      planes[3][i] = 1;
    }
    Sprite grey = new Sprite(40, 40, planes);
    for (int i = 0; i < 20; i++) {
      Sprite other = new Variation(1, new Dice(i)).colour(grey);
      assertThat(other.planes()[0][800]).isCloseTo(other.planes()[2][800], within(1e-5f));
      assertThat(other.planes()[0][800]).isBetween(0.42f, 0.58f);
      double covered = 0;
      Sprite turned = new Variation(1, new Dice(i)).turn(grey);
      for (float alpha : turned.planes()[3]) {
        covered += alpha;
      }
      assertThat(covered).isBetween(1500.0, 1650.0);
    }
  }

  @Test
  void foldsAreThoseOfTheWholeNeighbourhood() {
    Dice dice = new Dice(9);
    float[] plane = new float[49];
    for (int i = 0; i < plane.length; i++) {
      plane[i] = (float) dice.unit();
    }
    for (int reach = 1; reach <= 3; reach++) {
      float[] high = LineArt.Morphology.dilate(plane, 7, reach);
      float[] low = LineArt.Morphology.erode(plane, 7, reach);
      float[] mean = LineArt.Morphology.mean(plane, 7, reach);
      for (int p = 0; p < 49; p++) {
        float max = 0;
        float min = 1;
        float sum = 0;
        for (int q = 0; q < 49; q++) {
          if (Math.abs(q % 7 - p % 7) <= reach && Math.abs(q / 7 - p / 7) <= reach) {
            max = Math.max(max, plane[q]);
            min = Math.min(min, plane[q]);
            sum += plane[q];
          }
        }
        assertThat(high[p]).isEqualTo(max);
        assertThat(low[p]).isEqualTo(min);
        assertThat(mean[p]).isCloseTo(sum / (2 * reach + 1) / (2 * reach + 1), within(1e-5f));
      }
    }
  }

  @Test
  void svgIsDrawnAndNonsenseRefused() throws Exception {
    byte[] svg =
        EmojiFixture.utf8(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'>"
                + "<rect x='2' y='4' width='6' height='3' fill='#00f'/></svg>");
    Sprite drawn = Svg.draw(svg, 100);
    assertThat(drawn.visible()).isEqualTo(new Box(20, 40, 80, 70));
    assertThat(drawn.planes()[2][50 * 100 + 50]).isEqualTo(1);
    assertThatThrownBy(() -> Svg.draw(EmojiFixture.utf8("<svg"), 100))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Svg.draw(EmojiFixture.utf8("hello"), 100))
        .isInstanceOf(IOException.class);
  }
}
