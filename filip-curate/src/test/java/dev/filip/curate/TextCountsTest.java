package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextCountsTest {
  @TempDir Path folder;

  /** What a map counts, however many files the hashes are dealt to. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 1000, 1_000_000})
  void countsAreThoseOfAMap(int each) throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    Map<TextHash, Integer> expected = new HashMap<>();
    try (TextCounts counts = new TextCounts(folder.resolve("" + each), 5000, each)) {
      for (int i = 0; i < 5000; i++) {
        TextHash text = TextHash.of("text " + (int) Math.pow(random.nextDouble() * 40, 2));
        expected.merge(text, 1, Integer::sum);
        counts.add(text);
      }
      expected.values().removeIf(n -> n <= 10);
      assertThat(expected).isNotEmpty();
      assertThat(counts.above(10)).isEqualTo(expected);
    }
  }

  @Test
  void caseAndWhiteSpaceMakeNoOtherText() {
    assertThat(TextHash.of("  A red\n Cat")).isEqualTo(TextHash.of("a red cat"));
    assertThat(TextHash.of("a red cat.")).isNotEqualTo(TextHash.of("a red cat"));
  }
}
