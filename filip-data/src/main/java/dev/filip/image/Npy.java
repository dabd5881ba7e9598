package dev.filip.image;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's array files of floats, C order.
 *
 * @param shape lengths of the axes
 * @param values row-major
 */
public record Npy(int[] shape, float[] values) {
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([^)]*)\\)");

  /**
   * Reads float32 or float64, little-endian.
   *
   * @throws BadInput naming the file when it is something else
   */
  public static Npy read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < 12 || bytes[0] != (byte) 0x93 || bytes[1] != 'N') {
      throw BadInput.of(file.toString(), "something else", "a .npy file");
    }
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int from = bytes[6] == 1 ? 10 : 12;
    int length = bytes[6] == 1 ? data.getShort(8) & 0xFFFF : data.getInt(8);
    String header = new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    Matcher matcher = SHAPE.matcher(header);
    boolean wide = header.contains("<f8");
    if (!matcher.find()
        || header.contains("'fortran_order': True")
        || !wide && !header.contains("<f4")) {
      throw BadInput.of(file.toString(), header.strip(), "float32 or float64 in C order");
    }
    int[] shape = shape(matcher.group(1));
    float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    BadInput.require(
        bytes.length == from + length + (long) values.length * (wide ? 8 : 4),
        file.toString(),
        bytes.length + " bytes",
        "as long as its shape says");
    data.position(from + length);
    for (int i = 0; i < values.length; i++) {
      values[i] = wide ? (float) data.getDouble() : data.getFloat();
    }
    return new Npy(shape, values);
  }

  private static int[] shape(String numbers) {
    return Arrays.stream(numbers.split(","))
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
