package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a map. */
class ImageFatesTest {
  @ParameterizedTest
  @CsvSource({"0, 100", "1, 100", "5000, 100000", "5000, 1", "20000, 1000", "300, 0"})
  void rowsOfAnImageAreJoined(int rows, long held) throws IOException {
    SplittableRandom random = new SplittableRandom(rows);
    Map<List<Long>, Long> slow = new HashMap<>();
    Map<Long, Long> counts = new HashMap<>();
    try (ImageFates images = new ImageFates(rows, held)) {
      long[] batch = new long[7 * ImageFates.LONGS];
      int length = 0;
      for (int i = 0; i < rows; i++) {
        int image = random.nextInt(rows);
        long high = (image / 3) * 0x9E3779B97F4A7C15L; // three share one half of their names
        long low = image % 3 == 0 ? 0 : image % 3 << 20;
        int rule = random.nextInt(5);
        long fate =
            rule == 4
                ? CaptionFate.NO_CAPTION
                : CaptionFate.of(rule == 3 ? Verdict.NONE : rule, random.nextInt(8));
        slow.merge(List.of(high, low), fate, CaptionFate::both);
        batch[length] = high;
        batch[length + 1] = low;
        batch[length + 2] = fate;
        length += ImageFates.LONGS;
        if (length == batch.length || i == rows - 1) {
          images.add(batch, length);
          Arrays.fill(batch, -1);
          length = 0;
        }
      }
      for (int part = 0; part < images.parts(); part++) {
        images.joined(part).forEach((fate, count) -> counts.merge(fate, count, Long::sum));
      }
    }
    Map<Long, Long> wanted = new HashMap<>();
    slow.values().forEach(fate -> wanted.merge(fate, 1L, Long::sum));
    assertThat(counts).isEqualTo(wanted);
  }

  @Test
  void aFateKeepsWhatItIsMadeOf() {
    long changed = (1L << RuleBook.MOST - 1) | 5;
    long last = CaptionFate.of(Verdict.NONE, changed);
    long first = CaptionFate.of(0, 2);
    assertThat(CaptionFate.rule(last)).isEqualTo(Verdict.NONE);
    assertThat(CaptionFate.changed(last)).isEqualTo(changed);
    assertThat(CaptionFate.rule(first)).isZero();
    assertThat(CaptionFate.both(first, last)).isEqualTo(CaptionFate.of(Verdict.NONE, changed | 2));
    assertThat(CaptionFate.both(CaptionFate.NO_CAPTION, first)).isEqualTo(first);
    assertThat(first).isNotEqualTo(CaptionFate.NO_CAPTION);
  }
}
