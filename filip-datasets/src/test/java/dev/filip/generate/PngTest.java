package dev.filip.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.RgbImage;
import java.io.ByteArrayInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** The JDK's decoder and ours are the oracles. */
class PngTest {
  @Test
  void pngIsReadByTheJdk() throws Exception {
    for (int size : new int[] {1, 2, 17, 84}) {
      Dice dice = new Dice(size);
      byte[] rgb = new byte[size * (size + 3) * 3];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) (i / 7 + dice.below(9));
      }
      byte[] png = Png.encode(new RgbImage(size, size + 3, rgb));
      var read = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(read.getWidth()).isEqualTo(size);
      for (int i = 0; i < size * (size + 3); i++) {
        int want = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | (rgb[3 * i + 2] & 255);
        assertThat(read.getRGB(i % size, i / size) & 0xFFFFFF).isEqualTo(want);
      }
    }
  }

  @Test
  void noiseThatCannotBeCompressedComesBack() throws Exception {
    Dice dice = new Dice(5);
    byte[] rgb = new byte[301 * 200 * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) dice.below(256);
    }
    byte[] png = Png.encode(new RgbImage(301, 200, rgb));
    assertThat(png.length).isBetween(rgb.length, rgb.length + 1000);
    assertThat(ImageDecoder.decode(png, DecodeOptions.DEFAULT).rgb()).isEqualTo(rgb);
  }

  @Test
  void whatRepeatsIsPackedTightly() throws Exception {
    byte[] rgb = new byte[84 * 84 * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i % 84 * 3);
    }
    byte[] png = Png.encode(new RgbImage(84, 84, rgb));
    assertThat(png.length).isLessThan(rgb.length / 20);
    assertThat(ImageDecoder.decode(png, DecodeOptions.DEFAULT).rgb()).isEqualTo(rgb);
  }
}
