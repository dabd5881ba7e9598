package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.tokens.ItemValue;
import dev.filip.tokens.QueryValue;
import dev.filip.tokens.Tokens;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueScanTest {
  private static final String ENCODER = "ab".repeat(32);

  /** Wherever a value lies in its array, odd places among them. */
  @ParameterizedTest
  @CsvSource({"1, 256", "2, 31", "7, 3", "16, 64", "17, 65", "77, 40", "31, 1"})
  void scoresAreTheScansToTheBit(int m, int d) {
    Random random = new Random(m * 1000L + d);
    int[] length = {1, 2, 3, 5, 7, 13, 49, 196};
    Tokens items =
        Tokens.packed(LateScanTest.rows(random, IntStream.of(length).sum(), d), d, length)
            .as(Tokens.Type.BF16);
    float[] rows = LateScanTest.rows(random, m, d);
    float[] weight = new float[m];
    for (int r = 0; r < m; r++) {
      weight[r] = random.nextFloat() - 0.25f;
    }
    float[] expected = new float[length.length];
    LateScan.weighted(rows, d, weight)
        .forward(items, IntStream.range(0, length.length).toArray(), length.length, expected);
    QueryValue query = QueryValue.of(new QueryValue(ENCODER, d, rows, weight).toBytes());
    ValueScan.Scorer scorer = new ValueScan(query).scorer();
    for (int i = 0; i < length.length; i++) {
      byte[] value = ItemValue.of(items, i, ENCODER);
      byte[] within = new byte[value.length + 9];
      System.arraycopy(value, 0, within, i, value.length);
      assertThat(scorer.score(within, i, value.length)).isEqualTo(expected[i]);
    }
  }

  @Test
  void anotherEncodersItemIsRefused() {
    QueryValue query = new QueryValue("cd".repeat(32), 2, new float[] {1, 0}, new float[] {1});
    byte[] value = ItemValue.of(Tokens.ofRows(new float[] {1, 0}, 2), 0, ENCODER);
    assertThatThrownBy(() -> new ValueScan(query).scorer().score(value, 0, value.length))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("another model");
  }
}
