package dev.filip.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Random strings of assigned code points, the same as {@code random_unicode} in make_goldens.py
 * makes: not only the texts but also their order must agree.
 */
final class RandomUnicode {
  private static final int SEED = 20211109;
  private static final int LOW = 0x2E80;
  private final int[] points;
  private final int low;
  private long state = SEED;

  private RandomUnicode(int[] points) {
    this.points = points;
    low = (int) IntStream.of(points).filter(c -> c < LOW).count();
  }

  /** The first strings; {@code assigned} holds a range of code points a line, in hex. */
  static List<String> strings(int count, Path assigned) throws IOException {
    int[] points =
        Files.readAllLines(assigned).stream()
            .map(line -> line.split(" "))
            .flatMapToInt(
                r -> IntStream.rangeClosed(Integer.parseInt(r[0], 16), Integer.parseInt(r[1], 16)))
            .toArray();
    RandomUnicode random = new RandomUnicode(points);
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      strings.add(random.string());
    }
    return strings;
  }

  private int below(int n) {
    state = state * 6364136223846793005L + 1442695040888963407L;
    return (int) ((state >>> 33) % n);
  }

  private String string() {
    StringBuilder text = new StringBuilder();
    int at = below(points.length);
    int length = 1 + below(16);
    for (int i = 0; i < length; i++) {
      int kind = below(4);
      if (kind == 3) {
        text.append((char) (' ' + below(95)));
        continue;
      }
      at =
          switch (kind) {
            case 0 -> below(points.length);
            case 1 -> below(low);
            default -> Math.clamp(at + below(65) - 32, 0, points.length - 1);
          };
      text.appendCodePoint(points[at]);
    }
    return text.toString();
  }
}
