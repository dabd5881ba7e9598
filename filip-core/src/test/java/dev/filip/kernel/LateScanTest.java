package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenWriter;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LateScanTest {
  /** Unit rows around a common direction, as towers give them. */
  static float[] rows(Random random, int count, int d) {
    float[] rows = new float[count * d];
    for (int r = 0; r < count; r++) {
      double square = 0;
      for (int c = 0; c < d; c++) {
        double value = random.nextGaussian() + (c == 0 ? 1.5 : 0);
        rows[r * d + c] = (float) value;
        square += value * value;
      }
      for (int c = 0; c < d; c++) {
        rows[r * d + c] /= (float) Math.sqrt(square);
      }
    }
    return rows;
  }

  private static Tokens items(Random random, int d, int... length) {
    return Tokens.packed(rows(random, Arrays.stream(length).sum(), d), d, length);
  }

  private static int[] all(Tokens items) {
    return IntStream.range(0, items.size()).toArray();
  }

  /** The forms of the inner loops; those that a machine lacks are one of the others there. */
  private enum Form {
    PLAIN,
    VECTORS,
    HALVES;

    LateScan of(float[] rows, int d, float[] weight, int... ends) {
      return LateScan.several(rows, d, weight, ends, this != PLAIN).fast(this == HALVES);
    }
  }

  /** Sizes at which a lane, a tile or a pair of numbers is left over. */
  @ParameterizedTest
  @CsvSource({
    "1, 256", "2, 256", "4, 8", "7, 3", "8, 64", "15, 257", "16, 256", "17, 65", "31, 1", "32, 64",
    "33, 40", "49, 256", "77, 256", "77, 31"
  })
  void bothDirectionsAreTheOraclesAtAwkwardSizes(int m, int d) {
    Random random = new Random(31L * m + d);
    Tokens full = items(random, d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 36, 49, 50, 64, 196);
    float[] query = rows(random, m, d);
    Tokens held = full.as(Tokens.Type.BF16);
    PairScores exact = ScalarLateInteraction.scores(full, Tokens.packed(query, d, m));
    PairScores rounded = ScalarLateInteraction.scores(held, Tokens.packed(query, d, m));
    float[] forward = new float[full.size()];
    float[] reverse = new float[full.size()];
    float[] even = new float[m];
    Arrays.fill(even, 1f / m);
    float[][] first = new float[2][];
    for (Form form : Form.values()) {
      LateScan scan = form.of(query, d, even, m);
      scan.forward(held, all(held), held.size(), forward);
      scan.reverse(held, all(held), held.size(), reverse);
      assertThat(forward).containsExactly(rounded.sText(), within(2e-6f));
      assertThat(reverse).containsExactly(rounded.sImage(), within(2e-6f));
      assertThat(forward).containsExactly(exact.sText(), within(1e-3f * Math.max(1, 8f / d)));
      assertThat(reverse).containsExactly(exact.sImage(), within(1e-3f * Math.max(1, 8f / d)));
      if (form == Form.PLAIN) {
        first = new float[][] {forward.clone(), reverse.clone()};
      }
      assertThat(forward).as("the same bits in every form").isEqualTo(first[0]);
      assertThat(reverse).isEqualTo(first[1]);
    }
  }

  /** Queries of unlike lengths in one pass: the bits of each alone, in every form. */
  @ParameterizedTest
  @CsvSource({"1, 3", "5, 64", "8, 31", "16, 65", "17, 256"})
  void severalInOnePassGiveTheBitsOfEachAlone(int most, int d) {
    Random random = new Random(most + 31L * d);
    Tokens held = items(random, d, 1, 2, 5, 7, 8, 36, 49, 50).as(Tokens.Type.BF16);
    int queries = 7;
    int[] ends = new int[queries];
    for (int q = 0; q < queries; q++) {
      ends[q] = (q == 0 ? 0 : ends[q - 1]) + 1 + random.nextInt(most);
    }
    int m = ends[queries - 1];
    float[] rows = rows(random, m, d);
    float[] weight = new float[m];
    for (int r = 0; r < m; r++) {
      weight[r] = random.nextFloat() - 0.3f;
    }
    for (Form form : Form.values()) {
      float[] together = new float[held.size() * queries];
      LateScan all = form.of(rows, d, weight, ends);
      assertThat(all.queries()).isEqualTo(queries);
      all.forward(held, all(held), held.size(), together);
      for (int q = 0; q < queries; q++) {
        int from = q == 0 ? 0 : ends[q - 1];
        float[] own = Arrays.copyOfRange(rows, from * d, ends[q] * d);
        float[] alone = new float[held.size()];
        float[] its = Arrays.copyOfRange(weight, from, ends[q]);
        form.of(own, d, its, its.length).forward(held, all(held), held.size(), alone);
        for (int i = 0; i < alone.length; i++) {
          assertThat(together[i * queries + q]).as("query %s, item %s", q, i).isEqualTo(alone[i]);
        }
      }
    }
    assertThatThrownBy(() ->
            LateScan.several(rows, d, weight, ends)
                .reverse(held, all(held), held.size(), new float[held.size()]))
        .hasMessageContaining("one query's");
    assertThatThrownBy(() -> LateScan.several(rows, d, weight, m - 1))
        .hasMessageContaining("end at");
  }

  /** A scan that goes over from one form to the other gives what each would. */
  @ParameterizedTest
  @ValueSource(ints = {5, 9})
  void theFormMayChangeInTheMiddle(int m) {
    Random random = new Random(8);
    int d = 64;
    int[] length = new int[3000];
    Arrays.fill(length, 36);
    Tokens held = items(random, d, length).as(Tokens.Type.BF16);
    float[] query = rows(random, m, d);
    float[] even = new float[m];
    Arrays.fill(even, 1f / m);
    float[] plain = new float[length.length];
    LateScan.weighted(query, d, even, false).forward(held, all(held), length.length, plain);
    long until = System.nanoTime() + 5_000_000_000L;
    boolean warm = false;
    while (!warm && System.nanoTime() < until) {
      warm = VectorWarmUp.isDone(); // once more when it is
      float[] mixed = new float[length.length];
      LateScan.of(query, d).forward(held, all(held), length.length, mixed);
      assertThat(mixed).isEqualTo(plain);
    }
  }

  /** What pads lanes and tiles is 0, which would beat every negative product. */
  @Test
  void paddingNeverWins() {
    int d = 6;
    float[] ones = new float[3 * d];
    Arrays.fill(ones, 1);
    float[] minus = new float[5 * d];
    Arrays.fill(minus, -1);
    Tokens held = Tokens.packed(minus, d, 5).as(Tokens.Type.BF16);
    float[] out = new float[1];
    for (Form form : Form.values()) {
      LateScan scan = form.of(ones, d, new float[] {1, 1, 1}, 3);
      scan.forward(held, new int[] {0}, 1, out);
      assertThat(out[0]).isEqualTo(-18);
      scan.reverse(held, new int[] {0}, 1, out);
      assertThat(out[0]).isEqualTo(-6);
    }
  }

  @Test
  void weightsCountAndMayBeNegative() {
    float[] query = {1, 0, 0, 1, 1, 0};
    Tokens held = Tokens.packed(new float[] {0.5f, 0, 0, 0.25f}, 2, 2).as(Tokens.Type.BF16);
    float[] out = new float[1];
    LateScan.weighted(query, 2, new float[] {2, 1, -3}).forward(held, new int[] {0}, 1, out);
    assertThat(out[0]).isEqualTo(2 * 0.5f + 0.25f - 3 * 0.5f);
  }

  /** Rows of a mapped file, of which some are asked for in any order. */
  @Test
  void itemsAreReadFromTheDiskInAnyOrder(@TempDir Path temp) throws Exception {
    Random random = new Random(5);
    int d = 48;
    int[] length = IntStream.range(0, 40).map(i -> 1 + i * 7 % 50).toArray();
    Tokens full = items(random, d, length);
    Path file = temp.resolve("a.tokens");
    String print = "a".repeat(64);
    var about =
        new TokenFile.About(TokenFile.Kind.IMAGES, Tokens.Type.BF16, d, false, print, print);
    List<String> keys = IntStream.range(0, 40).mapToObj(i -> "k" + i).toList();
    try (TokenWriter writer = new TokenWriter(file, about)) {
      writer.append(full, keys);
      writer.finish(dev.filip.io.Json.object());
    }
    float[] image = rows(random, 49, d);
    float[] expected =
        ScalarLateInteraction.scores(full.as(Tokens.Type.BF16), Tokens.packed(image, d, 49))
            .sText();
    List<Integer> order = new ArrayList<>(IntStream.range(0, 40).boxed().toList());
    java.util.Collections.shuffle(order, random);
    int[] which = order.stream().mapToInt(Integer::intValue).limit(23).toArray();
    float[] out = new float[23];
    try (TokenFile open = TokenFile.open(file)) {
      LateScan.of(image, d).forward(open.rows(), which, 23, out);
    }
    for (int i = 0; i < which.length; i++) {
      assertThat(out[i]).as("item %s", which[i]).isCloseTo(expected[which[i]], within(2e-6f));
    }
  }

  @Test
  void otherRowsAreRefused() {
    LateScan scan = LateScan.of(new float[8], 4);
    Tokens wide = Tokens.packed(new float[5], 5, 1);
    assertThatThrownBy(() -> scan.forward(wide, new int[] {0}, 1, new float[1]))
        .hasMessageContaining("bf16");
    Tokens held = Tokens.packed(MemorySegment.ofArray(new short[5]), Tokens.Type.BF16, 5, 1);
    assertThatThrownBy(() -> scan.forward(held, new int[] {0}, 1, new float[1]))
        .hasMessageContaining("got 5 and 4");
    assertThatThrownBy(() -> LateScan.weighted(new float[7], 2, new float[3]))
        .hasMessageContaining("3 rows of width 2 got 7");
  }
}
