package dev.filip.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes that other programs read and write. */
class ItemValueTest {
  private static final String ENCODER = "0123456789abcdef" + "0".repeat(48);
  private static final long EIGHT = 0x0123456789abcdefL;
  private static final float[] ROWS = {1, -2, 0.5f, 3, 0.1f, 0};

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Test
  void anItemsBytesAreTheDocuments() {
    Tokens two = Tokens.packed(new float[] {9, 9, 9, 1, -2, 0.5f, 3, 0.1f, 0}, 3, 1, 2);
    byte[] value = ItemValue.of(two, 1, ENCODER);
    assertThat(value).isEqualTo(bytes("01 00 0300 0123456789abcdef 803f 00c0 003f 4040 cd3d 0000"));
    assertThat(ItemValue.of(two.as(Tokens.Type.BF16), 1, ENCODER)).isEqualTo(value);
    assertThat(ItemValue.rows(value, 0, value.length, 3, EIGHT)).isEqualTo(2);
    byte[] within = new byte[40];
    System.arraycopy(value, 0, within, 7, value.length);
    assertThat(ItemValue.rows(within, 7, value.length, 3, EIGHT)).isEqualTo(2);
  }

  @Test
  void whatIsNoItemOrAnothersIsRefused() {
    byte[] value = ItemValue.of(Tokens.ofRows(ROWS, 3).slice(0, 1), 0, ENCODER);
    refused(value, value.length, 6, EIGHT, "width 3");
    refused(value, value.length, 3, EIGHT + 1, "another model");
    refused(value, value.length - 1, 3, EIGHT, "whole rows");
    refused(value, ItemValue.HEAD, 3, EIGHT, "whole rows");
    refused(value, 11, 3, EIGHT, "no item's rows");
    byte[] later = value.clone();
    later[0] = 2;
    refused(later, later.length, 3, EIGHT, "version 1");
    assertThatThrownBy(() -> ItemValue.of(Tokens.ofRows(ROWS, 3), 0, "xyz"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("SHA-256");
  }

  private static void refused(byte[] value, int length, int d, long encoder, String why) {
    assertThatThrownBy(() -> ItemValue.rows(value, 0, length, d, encoder))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(why);
  }

  @Test
  void aQueryComesBackFromItsBytes() {
    QueryValue query = new QueryValue(ENCODER, 3, ROWS, new float[] {0.75f, -0.25f});
    byte[] bytes = query.toBytes();
    assertThat(HexFormat.of().formatHex(bytes))
        .startsWith("01000300" + "0123456789abcdef" + "0000403f" + "000080be" + "0000803f");
    QueryValue back = QueryValue.of(bytes);
    assertThat(back.encoder()).isEqualTo("0123456789abcdef");
    assertThat(back.d()).isEqualTo(3);
    assertThat(back.rows()).isEqualTo(ROWS);
    assertThat(back.weight()).containsExactly(0.75f, -0.25f);
    assertThat(back.toBytes()).isEqualTo(bytes);
  }

  @Test
  void aDamagedQueryIsRefused() {
    byte[] bytes = new QueryValue(ENCODER, 3, ROWS, new float[] {1, 1}).toBytes();
    for (int length : new int[] {0, 11, 12, 13, bytes.length - 1, bytes.length - 4}) {
      assertThatThrownBy(() -> QueryValue.of(Arrays.copyOf(bytes, length)))
          .as("%d bytes", length)
          .isInstanceOf(BadInput.class);
    }
    byte[] nan = bytes.clone();
    Arrays.fill(nan, nan.length - 4, nan.length, (byte) 0xff);
    assertThatThrownBy(() -> QueryValue.of(nan)).hasMessageContaining("finite");
    assertThatThrownBy(() -> new QueryValue(ENCODER, 3, ROWS, new float[3]))
        .hasMessageContaining("6 numbers");
  }
}
