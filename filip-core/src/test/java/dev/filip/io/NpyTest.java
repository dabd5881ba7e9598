package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
  @TempDir private Path folder;

  private Path file(int version, String header, byte[] data) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(12 + header.length() + data.length);
    all.order(ByteOrder.LITTLE_ENDIAN).put((byte) 0x93);
    all.put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) version).put((byte) 0);
    if (version == 1) {
      all.putShort((short) header.length());
    } else {
      all.putInt(header.length());
    }
    all.put(header.getBytes(StandardCharsets.US_ASCII)).put(data);
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return Files.write(folder.resolve("a.npy"), bytes);
  }

  private static String header(String type, String shape) {
    return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  }

  private static byte[] bytes(int width, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(width * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      switch (width) {
        case 1 -> bytes.put((byte) value);
        case 2 -> bytes.putShort((short) value);
        case 4 -> bytes.putInt((int) value);
        default -> bytes.putLong(value);
      }
    }
    return bytes.array();
  }

  @Test
  void wholeNumbersOfEveryWidthHaveTheirSign() throws IOException {
    for (int width : new int[] {1, 2, 4, 8}) {
      for (int version : new int[] {1, 2, 3}) {
        byte[] data = bytes(width, -1, 5);
        String dot = width == 1 ? "|" : "<";
        Npy signed = Npy.open(file(version, header(dot + "i" + width, "(2,)"), data));
        assertThat(signed.whole(0)).isEqualTo(-1);
        assertThat(signed.whole(1)).isEqualTo(5);
        assertThat(signed.shape()).containsExactly(2);
        long most = width == 8 ? Long.MAX_VALUE : (1L << 8 * width) - 1;
        Npy unsigned = Npy.open(file(version, header(dot + "u" + width, "(1, 2)"), data));
        assertThat(unsigned.whole(0)).isEqualTo(most);
        assertThat(unsigned.kind()).isEqualTo(Npy.Kind.UNSIGNED);
      }
    }
  }

  @Test
  void floatsOfEveryWidthAtAnyPlace() throws IOException {
    long half = Float.floatToFloat16(-1.5f);
    assertThat(Npy.open(file(1, header("<f2", "(1,)"), bytes(2, half))).floats())
        .containsExactly(-1.5f);
    long single = Float.floatToIntBits(0.1f);
    // a header that ends at an odd byte
    assertThat(Npy.open(file(1, " " + header("<f4", "(1,)"), bytes(4, single))).floats())
        .containsExactly(0.1f);
    long wide = Double.doubleToLongBits(Math.PI);
    Npy scalar = Npy.open(file(1, header("<f8", "()"), bytes(8, wide)));
    assertThat(scalar.real(0)).isEqualTo(Math.PI);
    assertThat(scalar.shape()).isEmpty();
    assertThatThrownBy(() -> scalar.whole(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> scalar.real(1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void anythingElseIsRefused() throws IOException {
    refused(header("<f4", "(3,)"), bytes(4, 1, 2), "as long as its shape [3] says");
    refused(header("<f4", "(1,)"), bytes(4, 1, 2), "as long as its shape [1] says");
    refused(header("<f4", "(4611686018427387904, 4)"), new byte[0], "as long as its shape");
    refused(header("<c8", "(1,)"), new byte[8], "floats of 16, 32 or 64 bits");
    refused(header("<f1", "(1,)"), new byte[1], "floats of 16, 32 or 64 bits");
    refused(header("|O", "(1,)"), new byte[8], "floats of 16, 32 or 64 bits");
    refused("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", new byte[4], "C order");
    Path cut = Files.write(folder.resolve("cut.npy"), new byte[] {(byte) 0x93, 'N'});
    assertThatThrownBy(() -> Npy.open(cut)).hasMessageContaining("must be a .npy file");
  }

  private void refused(String header, byte[] data, String why) throws IOException {
    Path file = file(1, header, data);
    assertThatThrownBy(() -> Npy.open(file)).isInstanceOf(BadInput.class).hasMessageContaining(why);
  }
}
