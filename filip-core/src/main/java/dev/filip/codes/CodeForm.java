package dev.filip.codes;

import dev.filip.tokens.Tokens;
import java.util.Arrays;

/**
 * How token vectors become codes: the corpus's mean is taken off, the rest is rotated, and of each
 * number only the sign stays, with one factor a token. With residual {@code r = x - mean} and its
 * rotated form R r, the estimate of {@code x . q} is {@code mean . q + f (sign(R r) . R q)}, where
 * {@code f = |r|^2 / sum |R r|} makes it right for q along r and unbiased over rotations (the form
 * of RaBitQ, Gao and Long 2024). Without the mean, two towers whose vectors lie in different cones
 * get codes that tell nothing apart. Immutable.
 */
public final class CodeForm {
  private final Rotation rotation;
  private final float[] mean;

  /**
   * @param mean {@code [d]} of the corpus's tokens
   * @param seed of the rotation
   */
  public CodeForm(float[] mean, long seed) {
    this.mean = mean.clone();
    rotation = new Rotation(mean.length, seed);
  }

  /** The mean of some items' tokens, {@code [d]}. */
  public static float[] mean(Tokens tokens) {
    double[] sum = new double[tokens.d()];
    for (int i = 0; i < tokens.size(); i++) {
      float[] rows = tokens.floats(i);
      for (int at = 0; at < rows.length; at++) {
        sum[at % sum.length] += rows[at];
      }
    }
    float[] mean = new float[sum.length];
    for (int c = 0; c < mean.length; c++) {
      mean[c] = (float) (sum[c] / Math.max(1, tokens.count()));
    }
    return mean;
  }

  /** The mean, {@code [d]}, copied. */
  public float[] mean() {
    return mean.clone();
  }

  /** Width of the vectors. */
  public int d() {
    return mean.length;
  }

  /** 32-bit words of a code. */
  public int words() {
    return rotation.width() / Integer.SIZE;
  }

  /**
   * Codes of an item's tokens.
   *
   * @param rows {@code [count,d]}
   * @param codes {@code [count,words]}, from word {@code at} on
   * @param factors {@code [count]} fp16, from {@code factorAt} on
   */
  public void encode(float[] rows, int[] codes, int at, short[] factors, int factorAt) {
    int d = mean.length;
    float[] x = new float[rotation.width()];
    for (int k = 0; k < rows.length / d; k++) {
      double squares = 0;
      for (int c = 0; c < d; c++) {
        x[c] = rows[k * d + c] - mean[c];
        squares += (double) x[c] * x[c];
      }
      Arrays.fill(x, d, x.length, 0);
      rotation.apply(x);
      double sum = signs(x, codes, at + k * words());
      float factor = sum > 0 ? (float) (squares / sum) : 0;
      factors[factorAt + k] = Float.floatToFloat16(factor);
    }
  }

  /** Writes the signs; the sum of what they are signs of. */
  private static double signs(float[] x, int[] codes, int at) {
    double sum = 0;
    for (int c = 0; c < x.length; c += Integer.SIZE) {
      int word = 0;
      for (int bit = 0; bit < Integer.SIZE; bit++) {
        word |= x[c + bit] >= 0 ? 1 << bit : 0;
        sum += Math.abs(x[c + bit]);
      }
      codes[at + c / Integer.SIZE] = word;
    }
    return sum;
  }

  /**
   * The tokens of queries for scans of codes of this form.
   *
   * @param rows {@code [m,d]}, of all queries
   * @param weight {@code [m]}, what each row's maximum counts; 1/m each is their mean
   * @param ends the row after the last one of each query
   */
  public CodeQuery query(float[] rows, float[] weight, int... ends) {
    int d = mean.length;
    CodeQuery query = new CodeQuery(weight.clone(), ends.clone(), words());
    float[] x = new float[rotation.width()];
    for (int token = 0; token < rows.length / d; token++) {
      double middle = 0;
      for (int c = 0; c < d; c++) {
        x[c] = rows[token * d + c];
        middle += (double) x[c] * mean[c];
      }
      Arrays.fill(x, d, x.length, 0);
      rotation.apply(x);
      query.set(token, (float) middle, x);
    }
    return query;
  }
}
