package dev.filip.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.encode.Embedder;
import dev.filip.encode.PatchLayout;
import dev.filip.image.PackedImage;
import dev.filip.image.Placement;
import dev.filip.image.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegionTest {
  private static final PatchLayout LAYOUT = new PatchLayout(4, 4, 10, 1);

  /** 160 x 80 pixels, halved to 80 x 40, of which the middle 40 x 40 are seen. */
  private static final Embedder.Picture PICTURE =
      new Embedder.Picture(
          PackedImage.of(new RgbImage(40, 40, new byte[4800])),
          new Placement(0.5, 0.5, 20, 0),
          160,
          80);

  private static int[] patches(String text) {
    return Region.parse("--box", text).patches(PICTURE, LAYOUT);
  }

  /** Patch k's centre lies at 50 + 20 (k mod 4), 10 + 20 (k / 4) of the stored picture. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0,0,160,80 | 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
        "0,0,1,1 | 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
        "0,0,0.5,0.5 | 0 1 4 5",
        "49,9,2,2 | 0",
        "60,20,60,20 | 5 6 7",
        "101,41,3,3 | 11",
        "119,79,1,1 | 15",
        "0,60,41,20 | 12",
        "0.99,0.99,0.01,0.01 | none",
      })
  void patchesWhoseCentresItCovers(String text, String expected) {
    if (expected.equals("none")) {
      assertThatThrownBy(() -> patches(text)).hasMessageContaining("in what the model sees");
      return;
    }
    String found = java.util.Arrays.toString(patches(text)).replaceAll("[\\[\\],]", "");
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void whatIsNoRegionIsRefusedInOneLine() {
    for (String text : new String[] {"", "1,2,3", "1,2,3,4,5", "a,0,1,1", "0,0,,1"}) {
      assertThatThrownBy(() -> Region.parse("--box", text))
          .hasMessage("--box must be four numbers x,y,w,h, got " + text);
    }
    for (String text : new String[] {"-1,0,5,5", "0,0,0,5", "0,0,5,-5", "NaN,0,5,5"}) {
      assertThatThrownBy(() -> Region.parse("--box", text))
          .hasMessageContaining("with x and y from 0 on, w and h above 0");
    }
    for (String text : new String[] {"100,0,61,5", "0,0,5,81", "0.5,0.5,0.6,0.1"}) {
      assertThatThrownBy(() -> patches(text))
          .hasMessageContaining("--box must be within the picture's 160 x 80 pixels");
    }
  }
}
