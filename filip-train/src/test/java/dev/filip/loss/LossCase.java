package dev.filip.loss;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** b pairs as plain doubles, so that a test can change any number and ask for either type. */
record LossCase(
    int b, int n, int m, int d, double[] image, double[] text, int[] length, double logScale) {

  /** Unit rows, random lengths in [1, m]; what lies beyond a text's end is NaN. */
  static LossCase random(int b, int n, int m, int d, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] image = unitRows(random, b * n, d);
    double[] text = unitRows(random, b * m, d);
    int[] length = new int[b];
    for (int i = 0; i < b; i++) {
      length[i] = 1 + random.nextInt(m);
    }
    return new LossCase(b, n, m, d, image, text, length, Math.log(1 / 0.07)).withPads(Double.NaN);
  }

  /**
   * Small multiples of 1/4: every product and sum is exact in fp32, so ties are exact, many, and
   * the same in every order of summation.
   */
  static LossCase exact(int b, int n, int m, int d, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    LossCase c = random(b, n, m, d, seed);
    for (int i = 0; i < c.image.length; i++) {
      c.image[i] = (random.nextInt(5) - 2) / 4.0;
    }
    for (int i = 0; i < c.text.length; i++) {
      c.text[i] = (random.nextInt(5) - 2) / 4.0;
    }
    return new LossCase(b, n, m, d, c.image, c.text, c.length, -0.5 * Math.log(d))
        .withPads(Double.NaN);
  }

  private static double[] unitRows(SplittableRandom random, int rows, int d) {
    double[] x = new double[rows * d];
    for (int r = 0; r < rows; r++) {
      double norm = 0;
      for (int c = r * d; c < (r + 1) * d; c++) {
        x[c] = (float) random.nextGaussian();
        norm += x[c] * x[c];
      }
      for (int c = r * d; c < (r + 1) * d; c++) {
        x[c] = (float) (x[c] / Math.sqrt(norm));
      }
    }
    return x;
  }

  /** The same with every number beyond a text's end replaced. */
  LossCase withPads(double pad) {
    double[] y = text.clone();
    for (int i = 0; i < b; i++) {
      Arrays.fill(y, (i * m + length[i]) * d, (i + 1) * m * d, pad);
    }
    return new LossCase(b, n, m, d, image, y, length, logScale);
  }

  /** The pairs of one rank of several. */
  LossCase part(int rank, int world) {
    int each = b / world;
    return new LossCase(
        each,
        n,
        m,
        d,
        Arrays.copyOfRange(image, rank * each * n * d, (rank + 1) * each * n * d),
        Arrays.copyOfRange(text, rank * each * m * d, (rank + 1) * each * m * d),
        Arrays.copyOfRange(length, rank * each, (rank + 1) * each),
        logScale);
  }

  /** The same in a text tensor of fewer tokens, which all texts must fit. */
  LossCase cut(int tokens) {
    double[] y = new double[b * tokens * d];
    for (int i = 0; i < b; i++) {
      System.arraycopy(text, i * m * d, y, i * tokens * d, tokens * d);
    }
    return new LossCase(b, n, tokens, d, image, y, length, logScale);
  }

  LossCase withLogScale(double value) {
    return new LossCase(b, n, m, d, image, text, length, value);
  }

  LossGradient run(ContrastiveLoss loss, ScalarType type) {
    return run(loss, Positives.OWN, type);
  }

  LossGradient run(ContrastiveLoss loss, Positives positives, ScalarType type) {
    Tensor x = tensor(image, type, b, n, d);
    Tensor y = tensor(text, type, b, m, d);
    // embeddings: the first token of each item
    return loss.compute(
        new ImageFeatures(x, x.select(1, 0).contiguous()),
        new TextFeatures(y, y.select(1, 0).contiguous(), length),
        positives,
        logScale);
  }

  static Tensor tensor(double[] values, ScalarType type, long... shape) {
    Tensor t = Tensor.create(values, shape);
    return t.to(type);
  }

  static double[] values(@Nullable Tensor tensor) {
    Tensor t = Objects.requireNonNull(tensor).to(ScalarType.Double).contiguous();
    double[] values = new double[Math.toIntExact(t.numel())];
    new DoublePointer(t.data_ptr()).get(values);
    return values;
  }
}
