package dev.filip.parity;

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
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([\\d, ]{0,40})\\)");
  private static final Pattern TYPE = Pattern.compile("'descr': *'<f([248])'");
  private static final long MOST = 1L << 31;

  /**
   * Reads float16, float32 or float64, little-endian.
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
    if (length < 0 || length > bytes.length - from) {
      throw BadInput.of(file.toString(), bytes.length + " bytes", "a whole header");
    }
    String header = new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    Matcher matcher = SHAPE.matcher(header);
    Matcher type = TYPE.matcher(header);
    if (!matcher.find() || !type.find() || header.contains("'fortran_order': True")) {
      String rule = "float16, float32 or float64 in C order";
      throw BadInput.of(file.toString(), header.strip(), rule);
    }
    int width = type.group(1).charAt(0) - '0';
    int[] shape = shape(matcher.group(1));
    long count = Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> Math.min(MOST, a * b));
    BadInput.require(
        bytes.length == from + length + count * width,
        file.toString(),
        bytes.length + " bytes",
        "as long as its shape " + Arrays.toString(shape) + " says");
    float[] values = new float[(int) count];
    data.position(from + length);
    for (int i = 0; i < values.length; i++) {
      values[i] = next(data, width);
    }
    return new Npy(shape, values);
  }

  private static float next(ByteBuffer data, int width) {
    return switch (width) {
      case 2 -> Float.float16ToFloat(data.getShort());
      case 4 -> data.getFloat();
      default -> (float) data.getDouble();
    };
  }

  private static int[] shape(String numbers) {
    return Arrays.stream(numbers.split(","))
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .mapToInt(n -> n.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(n))
        .toArray();
  }
}
