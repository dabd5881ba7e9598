package dev.filip.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LateKernelTest {
  static Stream<Tile> tiles() {
    return Stream.of(new ScalarTile(), new VectorTile(), new ProductTile(PlainProduct.INSTANCE));
  }

  static Stream<Arguments> sizes() {
    int[][] sizes = {
      {1, 1, 1, 1, 1},
      {1, 3, 2, 3, 3},
      {3, 1, 5, 1, 16},
      {2, 7, 36, 25, 64},
      {5, 17, 49, 32, 100},
      {3, 33, 8, 7, 256},
      {2, 2, 300, 3, 8},
      {2, 2, 3, 300, 8}
    };
    return Arrays.stream(sizes).flatMap(s -> tiles().map(t -> Arguments.of(t, s)));
  }

  /** Rows of small multiples of 1/4, so that sums are exact in any order and ties many. */
  static Tokens random(int items, int most, int d, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] length = new int[items];
    for (int i = 0; i < items; i++) {
      length[i] = i == 0 ? most : 1 + random.nextInt(most);
    }
    float[] rows = new float[Arrays.stream(length).sum() * d];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (random.nextInt(5) - 2) / 4f;
    }
    return Tokens.packed(rows, d, length);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void scoresAndWinnersAreTheScalarOracles(Tile tile, int[] s) {
    Tokens images = random(s[0], s[2], s[4], 1);
    Tokens texts = random(s[1], s[3], s[4], 2);
    PairScores expected = ScalarLateInteraction.scores(images, texts);
    try (LateKernel kernel = new LateKernel(tile, 2)) {
      PairScores scores = kernel.match(images, texts);
      assertThat(scores.sImage()).containsExactly(expected.sImage());
      assertThat(scores.sText()).containsExactly(expected.sText());
      for (int i = 0; i < images.size(); i++) {
        for (int j = 0; j < texts.size(); j++) {
          int n = images.length(i);
          assertThat(kernel.words(i, j, n)).containsExactly(pair(images, i, texts, j).patchWord());
        }
      }
    }
  }

  /** However pairs are cut into blocks, packed texts score as all at once do, bit by bit. */
  @ParameterizedTest
  @MethodSource("sizes")
  void packedTextsScoreTheSameInAnyBlocks(Tile tile, int[] s) {
    SplittableRandom random = new SplittableRandom(3);
    Tokens images = unit(s[0], s[2], s[4], random);
    Tokens texts = unit(s[1], s[3], s[4], random);
    try (LateKernel kernel = new LateKernel(tile, 2)) {
      if (kernel.rounds()) {
        assertThatThrownBy(() -> kernel.pack(texts)).isInstanceOf(IllegalStateException.class);
        return;
      }
      PairScores expected = kernel.scores(images, texts);
      int step = Math.max(1, texts.size() / 3);
      float[] sImage = new float[step * images.size() + 5];
      float[] sText = new float[sImage.length];
      for (int from = 0; from < texts.size(); from += step) {
        int to = Math.min(texts.size(), from + step);
        PackedTexts packed = kernel.pack(texts.slice(from, to));
        for (int i = 0; i < images.size(); i++) {
          kernel.scores(images.slice(i, i + 1), packed, sImage, sText);
          for (int j = 0; j < packed.size(); j++) {
            int at = i * texts.size() + from + j;
            assertThat(sImage[j]).isEqualTo(expected.sImage()[at]);
            assertThat(sText[j]).isEqualTo(expected.sText()[at]);
          }
        }
        kernel.match(images, texts); // packs panels of its own in between
      }
      assertThatThrownBy(() -> kernel.scores(images, kernel.pack(texts), new float[0], sText))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Every beginning with every middle with every ending, one of each twice, one cut short. */
  private static Tokens branching(int beginnings, int middles, int endings, int d) {
    SplittableRandom random = new SplittableRandom(11);
    Tokens a = unit(beginnings, 7, d, random);
    Tokens b = unit(middles, 3, d, random);
    Tokens c = unit(endings, 5, d, random);
    Tokens.Builder all = new Tokens.Builder(Tokens.Type.FP32, d);
    for (int j = 0; j < middles; j++) {
      for (int i = 0; i < beginnings; i++) {
        for (int k = 0; k < endings; k++) {
          all.add(joined(a.floats(i), b.floats(j), c.floats(k), d));
        }
      }
    }
    all.add(joined(a.floats(0), b.floats(0), c.floats(0), d));
    all.add(Tokens.packed(a.floats(0), d, a.length(0)));
    return all.build();
  }

  private static Tokens joined(float[] a, float[] b, float[] c, int d) {
    float[] rows = new float[a.length + b.length + c.length];
    System.arraycopy(a, 0, rows, 0, a.length);
    System.arraycopy(b, 0, rows, a.length, b.length);
    System.arraycopy(c, 0, rows, a.length + b.length, c.length);
    return Tokens.packed(rows, d, rows.length / d);
  }

  /** What texts begin with alike is met once, and changes no bit of any score. */
  @ParameterizedTest
  @CsvSource({"1,1,40,1,1,16", "2,3,9,5,4,16", "5,20,6,3,49,33", "1,300,1,2,7,8", "9,11,13,70,3,5"})
  void sharedBeginningsScoreTheSame(
      int beginnings, int middles, int endings, int pictures, int n, int d) {
    Tokens texts = branching(beginnings, middles, endings, d);
    Tokens images = unit(pictures, n, d, new SplittableRandom(12));
    for (Tile tile : List.of(new ScalarTile(), new VectorTile())) {
      try (LateKernel kernel = new LateKernel(tile, 3)) {
        PairScores expected = kernel.scores(images, texts);
        PackedTexts packed = kernel.pack(texts);
        float[] sImage = new float[pictures * texts.size()];
        float[] sText = new float[sImage.length];
        kernel.scores(images, packed, sImage, sText);
        assertThat(sImage).containsExactly(expected.sImage());
        assertThat(sText).containsExactly(expected.sText());
        assertThat(packed.rows()).isLessThan(texts.count());
      }
    }
  }

  /** What is rounded before or while it is read is the same. */
  @ParameterizedTest
  @MethodSource("sizes")
  void bf16RowsAreTheFloatsTheyStandFor(Tile tile, int[] s) {
    SplittableRandom random = new SplittableRandom(7);
    Tokens images = unit(s[0], s[2], s[4], random).as(Tokens.Type.BF16);
    Tokens texts = unit(s[1], s[3], s[4], random).as(Tokens.Type.BF16);
    Tokens imageFloats = images.as(Tokens.Type.FP32);
    Tokens textFloats = texts.as(Tokens.Type.FP32);
    try (LateKernel kernel = new LateKernel(tile, 2)) {
      PairScores expected = kernel.scores(imageFloats, textFloats);
      assertThat(kernel.scores(images, textFloats).sText()).containsExactly(expected.sText());
      assertThat(kernel.scores(images, texts).sImage()).containsExactly(expected.sImage());
      assertThat(kernel.finite(images)).isTrue();
    }
  }

  private static PairAlignment pair(Tokens images, int i, Tokens texts, int j) {
    return ScalarLateInteraction.align(
        images.floats(i), images.length(i), texts.floats(j), texts.length(j), images.d());
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void gradientTouchesTheWinnersOnly(Tile tile, int[] s) {
    Tokens images = random(s[0], s[2], s[4], 3);
    Tokens texts = random(s[1], s[3], s[4], 4);
    SplittableRandom random = new SplittableRandom(5);
    float[] dsImage = new float[s[0] * s[1]];
    float[] dsText = new float[dsImage.length];
    Arrays.setAll(new Float[dsImage.length], i -> dsImage[i] = random.nextInt(9) - 4);
    Arrays.setAll(new Float[dsImage.length], i -> dsText[i] = random.nextInt(9) - 4);
    float[] dImages = new float[images.floats().length];
    float[] dTexts = new float[texts.floats().length];
    try (LateKernel kernel = new LateKernel(tile, 2)) {
      kernel.match(images, texts);
      kernel.gradient(
          images,
          texts,
          dsImage,
          dsText,
          MemorySegment.ofArray(dImages),
          MemorySegment.ofArray(dTexts));
    }
    double[] image = new double[dImages.length];
    double[] text = new double[dTexts.length];
    oracle(images, texts, dsImage, dsText, image, text);
    same(dImages, image);
    same(dTexts, text);
  }

  private static void oracle(
      Tokens images, Tokens texts, float[] dsImage, float[] dsText, double[] dx, double[] dy) {
    for (int i = 0; i < images.size(); i++) {
      for (int j = 0; j < texts.size(); j++) {
        PairAlignment a = pair(images, i, texts, j);
        double w = dsImage[i * texts.size() + j] / (double) images.length(i);
        for (int k = 0; k < a.patchWord().length; k++) {
          product(
              w,
              images,
              (int) images.start(i) + k,
              texts,
              (int) texts.start(j) + a.patchWord()[k],
              dx,
              dy);
        }
        w = dsText[i * texts.size() + j] / (double) texts.length(j);
        for (int r = 0; r < a.wordPatch().length; r++) {
          product(
              w,
              images,
              (int) images.start(i) + a.wordPatch()[r],
              texts,
              (int) texts.start(j) + r,
              dx,
              dy);
        }
      }
    }
  }

  private static void product(
      double w, Tokens images, int p, Tokens texts, int q, double[] dx, double[] dy) {
    int d = images.d();
    float[] x = images.floats();
    float[] y = texts.floats();
    for (int c = 0; c < d; c++) {
      dx[p * d + c] += w * y[q * d + c];
      dy[q * d + c] += w * x[p * d + c];
    }
  }

  private static void same(float[] actual, double[] expected) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(2e-6 * largest + 1e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void bitEqualForAnyNumberOfThreads(int threads) {
    float[][] one = gradients(1);
    float[][] some = gradients(threads);
    IntStream.range(0, one.length).forEach(i -> assertThat(some[i]).containsExactly(one[i]));
  }

  private static float[][] gradients(int threads) {
    SplittableRandom random = new SplittableRandom(11);
    Tokens images = unit(9, 13, 24, random);
    Tokens texts = unit(21, 7, 24, random);
    float[] ds = new float[9 * 21];
    for (int i = 0; i < ds.length; i++) {
      ds[i] = (float) random.nextGaussian();
    }
    float[] dImages = new float[images.floats().length];
    float[] dTexts = new float[texts.floats().length];
    try (LateKernel kernel = new LateKernel(threads)) {
      PairScores s = kernel.match(images, texts);
      kernel.gradient(
          images, texts, ds, ds, MemorySegment.ofArray(dImages), MemorySegment.ofArray(dTexts));
      return new float[][] {s.sImage(), s.sText(), dImages, dTexts};
    }
  }

  private static Tokens unit(int items, int tokens, int d, SplittableRandom random) {
    float[] rows = new float[items * tokens * d];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) (random.nextGaussian() / Math.sqrt(d));
    }
    return Tokens.uniform(MemorySegment.ofArray(rows), Tokens.Type.FP32, d, tokens, items);
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void anythingMayLieBetweenItems(Tile tile) {
    float[] rows = {1, 0, Float.NaN, Float.NaN, 0, 1, Float.NaN, Float.NaN};
    Tokens x = Tokens.padded(MemorySegment.ofArray(rows), Tokens.Type.FP32, 2, 2, new int[] {1, 1});
    try (LateKernel kernel = new LateKernel(tile, 1)) {
      assertThat(kernel.scores(x, x).sImage()).containsExactly(1, 0, 0, 1);
      assertThat(kernel.finite(x)).isTrue();
      rows[5] = Float.POSITIVE_INFINITY;
      assertThat(kernel.finite(x)).isFalse();
    }
  }

  @Test
  void nothingMeetsNothing() {
    Tokens none = Tokens.packed(new float[0], 3);
    assertThat(LateInteraction.scores(none, none).sImage()).isEmpty();
    assertThat(LateInteraction.scores(random(2, 2, 3, 1), none).sImage()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 25, 36, 49, 196, 256})
  void aTileWastesFewRows(int n) {
    int rows = VectorTile.rowsOfTile(n);
    assertThat(rows).isBetween(4, VectorTile.MAX_ROWS);
    assertThat(Math.ceilDiv(n, rows) * rows - n).isLessThanOrEqualTo(n < 16 ? 3 : n / 8);
  }
}
