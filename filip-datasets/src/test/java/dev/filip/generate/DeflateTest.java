package dev.filip.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.image.RgbImage;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.zip.Inflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JDK's decoders are the oracle. */
class DeflateTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 1",
    "2, 1",
    "3, 2",
    "4, 2",
    "5, 1",
    "257, 1",
    "258, 1",
    "259, 1",
    "260, 1",
    "1000, 2",
    "1000, 256",
    "70000, 1",
    "70000, 3",
    "70000, 256",
    "33000, 200"
  })
  void comesBackFromTheJdksInflater(int length, int symbols) throws Exception {
    Dice dice = new Dice(length, symbols);
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) dice.below(symbols);
    }
    assertThat(inflate(new Deflate().compress(data, length), length)).isEqualTo(data);
  }

  @Test
  void findsMatchesAtTheFarEndOfTheWindow() throws Exception {
    byte[] data = new byte[3 * 32768 + 50];
    Dice dice = new Dice(5);
    for (int i = 0; i < data.length; i++) {
      data[i] = i < 32768 ? (byte) dice.below(256) : data[i - 32768];
    }
    byte[] packed = new Deflate().compress(data, data.length);
    assertThat(inflate(packed, data.length)).isEqualTo(data);
    assertThat(packed.length).isLessThan(45_000);
  }

  @Test
  void skewedCountsStayWithinFifteenBits() throws Exception {
    int[] counts = new int[30];
    int a = 1;
    int b = 1;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = a;
      b = a + b;
      a = b - a;
    }
    HuffmanCode code = HuffmanCode.of(counts, 15);
    double kraft = 0;
    for (int i = 0; i < counts.length; i++) {
      assertThat(code.length(i)).isBetween(1, 15);
      kraft += Math.pow(2, -code.length(i));
    }
    assertThat(kraft).isEqualTo(1);
  }

  @Test
  void pngIsReadByTheJdk() throws Exception {
    for (int size : new int[] {1, 2, 17, 84}) {
      Dice dice = new Dice(size);
      byte[] rgb = new byte[size * (size + 3) * 3];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) (i / 7 + dice.below(9));
      }
      byte[] png = new Png().encode(new RgbImage(size, size + 3, rgb));
      var read = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(read.getWidth()).isEqualTo(size);
      for (int i = 0; i < size * (size + 3); i++) {
        int want = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | (rgb[3 * i + 2] & 255);
        assertThat(read.getRGB(i % size, i / size) & 0xFFFFFF).isEqualTo(want);
      }
    }
  }

  private static byte[] inflate(byte[] packed, int length) throws Exception {
    Inflater inflater = new Inflater(true);
    inflater.setInput(packed);
    byte[] out = new byte[length + 10];
    int n = inflater.inflate(out);
    assertThat(inflater.finished()).isTrue();
    inflater.end();
    return Arrays.copyOf(out, n);
  }
}
