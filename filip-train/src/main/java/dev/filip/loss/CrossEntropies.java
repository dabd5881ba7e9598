package dev.filip.loss;

import dev.filip.kernel.PairScores;

/**
 * Both cross entropies of a batch on its similarities, in fp64: images choose among texts by {@code
 * sImage} (rows), texts among images by {@code sText} (columns); the value is half their sum, each
 * a mean over the batch. With it come its derivatives by every similarity and by the log-scale.
 * Paper 2.2, "Fine-grained contrastive learning".
 *
 * @param dsImage {@code [b,b]} derivative by each image score
 * @param dsText {@code [b,b]} derivative by each text score, laid out as the scores are
 * @param accuracyImage share of images whose own text scores best; the first of equals counts
 */
record CrossEntropies(
    double value,
    float[] dsImage,
    float[] dsText,
    double dLogScale,
    double accuracyImage,
    double accuracyText) {

  /**
   * @param smoothing share of the target spread evenly over the batch
   * @throws NonFiniteLoss where a similarity times the scale is not finite
   */
  static CrossEntropies of(PairScores s, double logScale, double smoothing) {
    int b = s.images();
    double scale = Math.exp(logScale);
    NonFiniteLoss.require(scale, "exp(logit_scale)");
    Direction image = new Direction(s.sImage(), b, b, 1, scale, smoothing);
    Direction text = new Direction(s.sText(), b, 1, b, scale, smoothing);
    double value = 0;
    for (int k = 0; k < b; k++) {
      value += image.row(k) + text.row(k);
    }
    NonFiniteLoss.require(value, "loss");
    return new CrossEntropies(
        value / (2.0 * b),
        image.gradient,
        text.gradient,
        image.dLogScale + text.dLogScale,
        (double) image.right / b,
        (double) text.right / b);
  }

  /** One softmax direction: choice c of chooser k lies at {@code k * step + c * stride}. */
  private static final class Direction {
    private final float[] scores;
    private final int b;
    private final int step;
    private final int stride;
    private final double scale;
    private final double smoothing;
    private final double[] weight;
    final float[] gradient;
    double dLogScale;
    int right;

    Direction(float[] scores, int b, int step, int stride, double scale, double smoothing) {
      this.scores = scores;
      this.b = b;
      this.step = step;
      this.stride = stride;
      this.scale = scale;
      this.smoothing = smoothing;
      weight = new double[b];
      gradient = new float[scores.length];
    }

    /** Cross entropy of chooser k, its gradient written. */
    double row(int k) {
      int best = best(k);
      right += best == k ? 1 : 0;
      double top = scale * at(k, best);
      double sum = 0;
      double mean = 0;
      for (int c = 0; c < b; c++) {
        double logit = scale * at(k, c) - top;
        weight[c] = Math.exp(logit);
        sum += weight[c];
        mean += logit / b;
      }
      double own = scale * at(k, k) - top;
      for (int c = 0; c < b; c++) {
        double target = smoothing / b + (c == k ? 1 - smoothing : 0);
        double d = (weight[c] / sum - target) / (2.0 * b) * scale;
        gradient[k * step + c * stride] = (float) d;
        dLogScale += d * at(k, c);
      }
      return Math.log(sum) - (1 - smoothing) * own - smoothing * mean;
    }

    private int best(int k) {
      int best = 0;
      for (int c = 1; c < b; c++) {
        best = at(k, c) > at(k, best) ? c : best;
      }
      return best;
    }

    private double at(int k, int c) {
      return scores[k * step + c * stride];
    }
  }
}
