package dev.filip.bench;

import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenStore;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Images' tokens with the structure of real ones, as many as are wanted. Real images give a mean
 * m_i each and residuals r_ip of their p patches about it. A made image has the mean of all plus a
 * random combination of {@value #MEANS} m_i less that mean, and about it the residuals of one real
 * image, patch by patch, three quarters of their variance, the last quarter a random combination of
 * {@value #ROWS} other residuals; rows are then made unit. So first and second moments between and
 * within images are the real ones, and patches of one thing stay alike. Image i depends on i alone.
 * Safe for any thread.
 */
final class MadeTokens {
  private static final int MEANS = 6;
  private static final int ROWS = 6;
  private static final float OWN = (float) Math.sqrt(0.75);
  private static final float OTHERS = 0.5f;

  private final int d;
  private final int patches;
  private final int images;
  private final float[] mean;
  private final float[][] means;
  private final float[][] residuals;

  MadeTokens(float[][] real, int d) {
    this.d = d;
    images = real.length;
    patches = real[0].length / d;
    means = new float[images][d];
    residuals = new float[images][];
    mean = new float[d];
    for (int i = 0; i < images; i++) {
      for (int at = 0; at < real[i].length; at++) {
        means[i][at % d] += real[i][at] / patches;
      }
      residuals[i] = real[i].clone();
      for (int at = 0; at < real[i].length; at++) {
        residuals[i][at] -= means[i][at % d];
      }
      for (int c = 0; c < d; c++) {
        mean[c] += means[i][c] / images;
      }
    }
  }

  /** The images of a store, at most so many, as fp32 rows. */
  static float[][] real(Path store, int most) throws java.io.IOException {
    try (TokenStore tokens = TokenStore.open(store)) {
      return tokens.files(TokenFile.Kind.IMAGES).stream()
          .map(TokenFile::rows)
          .flatMap(part -> IntStream.range(0, part.size()).mapToObj(part::floats))
          .limit(most)
          .toArray(float[][]::new);
    }
  }

  /** The rows of image i, {@code [patches, d]}. */
  float[] image(long i) {
    SplittableRandom random = new SplittableRandom(i);
    float[] centre = mean.clone();
    for (int j = 0; j < MEANS; j++) {
      float by = (float) (random.nextGaussian() / Math.sqrt(MEANS));
      float[] other = means[random.nextInt(images)];
      for (int c = 0; c < d; c++) {
        centre[c] += by * (other[c] - mean[c]);
      }
    }
    float[] own = residuals[random.nextInt(images)];
    float[] rows = new float[patches * d];
    for (int p = 0; p < patches; p++) {
      for (int c = 0; c < d; c++) {
        rows[p * d + c] = centre[c] + OWN * own[p * d + c];
      }
      for (int j = 0; j < ROWS; j++) {
        float by = OTHERS * (float) (random.nextGaussian() / Math.sqrt(ROWS));
        float[] other = residuals[random.nextInt(images)];
        int from = random.nextInt(patches) * d;
        for (int c = 0; c < d; c++) {
          rows[p * d + c] += by * other[from + c];
        }
      }
      unit(rows, p * d);
    }
    return rows;
  }

  private void unit(float[] rows, int at) {
    double square = 0;
    for (int c = 0; c < d; c++) {
      square += (double) rows[at + c] * rows[at + c];
    }
    float by = (float) (1 / Math.sqrt(square));
    for (int c = 0; c < d; c++) {
      rows[at + c] *= by;
    }
  }

  /** One item in bf16, outside the heap. */
  static Tokens item(float[] rows, int d) {
    return Tokens.packed(rows, d, rows.length / d).as(Tokens.Type.BF16);
  }

  /** As fp16, little-endian, for programs that read that. */
  static void half(float[] rows, MemorySegment to) {
    for (int at = 0; at < rows.length; at++) {
      to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * at, Float.floatToFloat16(rows[at]));
    }
  }
}
