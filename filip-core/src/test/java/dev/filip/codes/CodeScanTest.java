package dev.filip.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.kernel.CodeScan;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodeScanTest {
  /**
   * Images of a corpus: a bias all share, one of the image, and of each token one of 300 concepts.
   */
  private static final class Corpus {
    final int d;
    final Random random = new Random(5);
    final float[] shared;
    final int[] length;
    final float[][] rows;
    final Tokens tokens;
    final float[][] concepts = new float[300][];

    Corpus(int images, int d, int most) {
      this.d = d;
      shared = normal(2);
      for (int c = 0; c < concepts.length; c++) {
        concepts[c] = normal(1.5);
      }
      length = new int[images];
      rows = new float[images][];
      Tokens.Builder all = new Tokens.Builder(Tokens.Type.FP32, d);
      for (int i = 0; i < images; i++) {
        length[i] = 1 + random.nextInt(most);
        rows[i] = image(length[i]);
        all.add(Tokens.packed(rows[i], d, length[i]));
      }
      tokens = all.build();
    }

    private float[] normal(double scale) {
      float[] x = new float[d];
      for (int c = 0; c < d; c++) {
        x[c] = (float) (scale * random.nextGaussian());
      }
      return x;
    }

    private float[] image(int count) {
      float[] own = normal(1);
      float[] all = new float[count * d];
      for (int k = 0; k < count; k++) {
        float[] token = normal(0.5);
        float[] concept = concepts[random.nextInt(concepts.length)];
        for (int c = 0; c < d; c++) {
          token[c] += shared[c] + 0.5f * own[c] + concept[c];
        }
        System.arraycopy(unit(token), 0, all, k * d, d);
      }
      return all;
    }

    /** Tokens near some of an image's. */
    float[] query(int image, int count) {
      float[] all = new float[count * d];
      for (int t = 0; t < count; t++) {
        int k = random.nextInt(length[image]);
        float[] x = normal(0.7 / Math.sqrt(d));
        for (int c = 0; c < d; c++) {
          x[c] += rows[image][k * d + c];
        }
        System.arraycopy(unit(x), 0, all, t * d, d);
      }
      return all;
    }

    private static float[] unit(float[] x) {
      double squares = 0;
      for (float value : x) {
        squares += (double) value * value;
      }
      for (int c = 0; c < x.length; c++) {
        x[c] /= (float) Math.sqrt(squares);
      }
      return x;
    }

    double exact(int image, float[] query) {
      double sum = 0;
      for (int t = 0; t < query.length; t += d) {
        double best = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < rows[image].length; k += d) {
          double dot = 0;
          for (int c = 0; c < d; c++) {
            dot += (double) query[t + c] * rows[image][k + c];
          }
          best = Math.max(best, dot);
        }
        sum += best;
      }
      return sum * d / query.length;
    }
  }

  /** Codes of a whole corpus. */
  private record Coded(CodeForm form, MemorySegment codes, MemorySegment factors, long[] start) {
    static Coded of(Corpus corpus) {
      CodeForm form = new CodeForm(CodeForm.mean(corpus.tokens), 9);
      int all = Math.toIntExact(corpus.tokens.count());
      int[] codes = new int[all * form.words()];
      short[] factors = new short[all];
      long[] start = new long[corpus.length.length + 1];
      for (int i = 0; i < corpus.length.length; i++) {
        int at = (int) start[i];
        form.encode(corpus.rows[i], codes, at * form.words(), factors, at);
        start[i + 1] = start[i] + corpus.length[i];
      }
      return new Coded(form, MemorySegment.ofArray(codes), MemorySegment.ofArray(factors), start);
    }

    float[] scores(CodeScan scan, float[] query, int from, int to) {
      float[] scores = new float[to - from];
      float[] weight = new float[query.length / form.d()];
      Arrays.fill(weight, 1f / weight.length);
      scan.scores(
          form.query(query, weight, weight.length), codes, factors, start, from, to, scores);
      return scores;
    }
  }

  /** One token and one query token, 77 of them, widths that are no power of two. */
  @ParameterizedTest
  @CsvSource({"3,1,1,1", "7,5,20,3", "9,49,64,16", "5,12,100,17", "4,6,256,77"})
  void theVectorFormCountsAsThePlainOne(int images, int most, int d, int m) {
    Corpus corpus = new Corpus(images, d, most);
    Coded coded = Coded.of(corpus);
    float[] query = corpus.query(images - 1, m);
    float[] plain = coded.scores(new CodeScan.Plain(), query, 1, images);
    float[] active = coded.scores(CodeScan.active(), query, 1, images);
    for (int i = 0; i < plain.length; i++) {
      assertThat((double) active[i]).isCloseTo(plain[i], within(1e-5));
    }
    assertThat(coded.scores(CodeScan.now(), query, 1, images)).isEqualTo(plain);
    assertThat(active).as("the same bits").isEqualTo(plain);
  }

  /** Queries of unlike lengths in one pass: the bits of each alone, in both forms. */
  @ParameterizedTest
  @CsvSource({"20,3", "64,16", "100,17", "256,5"})
  void severalInOnePassGiveTheBitsOfEachAlone(int d, int most) {
    Corpus corpus = new Corpus(9, d, 12);
    Coded coded = Coded.of(corpus);
    int[] ends = {1, 1 + most, 3 + most, 3 + 2 * most};
    int m = ends[ends.length - 1];
    float[] rows = corpus.query(4, m);
    float[] weight = new float[m];
    for (int r = 0; r < m; r++) {
      weight[r] = 0.1f * (1 + r % 5) - 0.2f;
    }
    for (CodeScan scan : List.of(new CodeScan.Plain(), CodeScan.active())) {
      float[] together = new float[8 * ends.length];
      CodeForm form = coded.form;
      scan.scores(
          form.query(rows, weight, ends), coded.codes, coded.factors, coded.start, 1, 9, together);
      for (int q = 0; q < ends.length; q++) {
        int from = q == 0 ? 0 : ends[q - 1];
        float[] own = Arrays.copyOfRange(rows, from * d, ends[q] * d);
        float[] weights = Arrays.copyOfRange(weight, from, ends[q]);
        float[] alone = new float[8];
        scan.scores(
            form.query(own, weights, weights.length),
            coded.codes,
            coded.factors,
            coded.start,
            1,
            9,
            alone);
        for (int i = 0; i < 8; i++) {
          assertThat(together[i * ends.length + q]).isEqualTo(alone[i]);
        }
      }
    }
  }

  @Test
  void estimatesAreNearAndUnbiased() {
    Corpus corpus = new Corpus(400, 128, 1);
    Coded coded = Coded.of(corpus);
    double off = 0;
    double squares = 0;
    float[] query = corpus.query(3, 1);
    float[] scores = coded.scores(CodeScan.active(), query, 0, 400);
    for (int i = 0; i < 400; i++) {
      double error = scores[i] - corpus.exact(i, query);
      off += error / 400;
      squares += error * error / 400;
    }
    assertThat(Math.sqrt(squares)).isLessThan(0.06);
    assertThat(Math.abs(off)).isLessThan(0.01);
  }

  @Test
  void theExactBestAreAmongTheFirstCandidates() {
    Corpus corpus = new Corpus(1200, 256, 12);
    Coded coded = Coded.of(corpus);
    int found = 0;
    for (int q = 0; q < 20; q++) {
      float[] query = corpus.query(59 * q, 8);
      float[] scores = coded.scores(CodeScan.active(), query, 0, 1200);
      List<Integer> candidates = best(IntStream.range(0, 1200), i -> scores[i], 120);
      List<Integer> exact = best(IntStream.range(0, 1200), i -> corpus.exact(i, query), 10);
      found += (int) exact.stream().filter(candidates::contains).count();
    }
    assertThat(found).isGreaterThanOrEqualTo(196);
  }

  private interface Score {
    double of(int image);
  }

  private static List<Integer> best(IntStream images, Score score, int k) {
    return images
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -score.of(i)).thenComparing(i -> i))
        .limit(k)
        .toList();
  }

  @Test
  void aRotationKeepsLengthsAndAngles() {
    Rotation rotation = new Rotation(50, 3);
    assertThat(rotation.width()).isEqualTo(64);
    Random random = new Random(1);
    float[] a = new float[64];
    float[] b = new float[64];
    for (int c = 0; c < 50; c++) {
      a[c] = (float) random.nextGaussian();
      b[c] = (float) random.nextGaussian();
    }
    double before = dot(a, b);
    double length = dot(a, a);
    rotation.apply(a);
    rotation.apply(b);
    assertThat(dot(a, b)).isCloseTo(before, within(1e-4));
    assertThat(dot(a, a)).isCloseTo(length, within(1e-4));
    assertThat(Arrays.stream(new int[] {50, 51, 52}).filter(i -> a[i] != 0).count()).isPositive();
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int c = 0; c < a.length; c++) {
      sum += (double) a[c] * b[c];
    }
    return sum;
  }
}
