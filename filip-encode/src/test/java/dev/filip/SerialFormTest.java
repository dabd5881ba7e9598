package dev.filip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SerialFormTest {
  private static Encoded vectors(Tokens.Type type) {
    float[] rows = {1, 0, 0.6f, 0.8f, -0.5f, 0.25f};
    return new Encoded(
        Tokens.packed(rows, 2, 3).as(type), Tokens.packed(new float[] {0, -1}, 2, 1).as(type));
  }

  @Test
  void whatIsWrittenIsRead() {
    for (Tokens.Type type : Tokens.Type.values()) {
      Filip.Text text = new Filip.Text("ein Fuß, 犬", vectors(type));
      Filip.Text read = Filip.Text.of(text.toBytes());
      assertThat(read.text()).isEqualTo(text.text());
      assertThat(read.vectors().tokens().type()).isEqualTo(type);
      assertThat(read.tokens()).isDeepEqualTo(text.tokens());
      assertThat(read.global()).isEqualTo(text.global());
      Filip.Image image = new Filip.Image(vectors(type));
      assertThat(Filip.Image.of(image.toBytes()).tokens()).isDeepEqualTo(image.tokens());
    }
  }

  @Test
  void anItemInTheMiddleOfABatchIsWrittenAlone() {
    Tokens rows = Tokens.packed(new float[] {9, 9, 1, 2, 3, 4, 9, 9}, 2, 1, 2, 1);
    Tokens globals = Tokens.packed(new float[] {9, 9, 5, 6, 9, 9}, 2, 1, 1, 1);
    Filip.Image middle = new Filip.Image(new Encoded(rows, globals).slice(1, 2));
    Filip.Image read = Filip.Image.of(middle.toBytes());
    assertThat(read.tokens()).isDeepEqualTo(new float[][] {{1, 2}, {3, 4}});
    assertThat(read.global()).containsExactly(5, 6);
  }

  /** The bytes of version 1, which every later version must read. */
  @Test
  void theBytesAreThese() {
    String expected =
        "464c5056"
            + "01"
            + "54"
            + "00"
            + "00"
            + "02000000"
            + "01000000"
            + "01000000"
            + "61"
            + "0000803f"
            + "00000000"
            + "00000000"
            + "000080bf";
    Filip.Text text =
        new Filip.Text(
            "a",
            new Encoded(
                Tokens.packed(new float[] {1, 0}, 2, 1), Tokens.packed(new float[] {0, -1}, 2, 1)));
    byte[] bytes = text.toBytes();
    assertThat(HexFormat.of().formatHex(bytes, 0, bytes.length - 4)).isEqualTo(expected);
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    assertThat(HexFormat.of().formatHex(bytes, bytes.length - 4, bytes.length))
        .isEqualTo(HexFormat.of().toHexDigits(Integer.reverseBytes((int) crc.getValue())));
  }

  @Test
  void everyChangedOrMissingByteIsFound() {
    byte[] bytes = new Filip.Image(vectors(Tokens.Type.FP32)).toBytes();
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 4;
      assertThatThrownBy(() -> Filip.Image.of(changed))
          .as("byte %d", i)
          .isInstanceOf(BadInput.class);
      byte[] cut = Arrays.copyOf(bytes, i);
      assertThatThrownBy(() -> Filip.Image.of(cut)).as("cut at %d", i).isInstanceOf(BadInput.class);
    }
  }

  @Test
  void anImageIsNoText() {
    byte[] bytes = new Filip.Image(vectors(Tokens.Type.FP32)).toBytes();
    assertThatThrownBy(() -> Filip.Text.of(bytes))
        .isInstanceOf(BadInput.class)
        .hasMessage("encoded text: kind must be T, got I");
  }
}
