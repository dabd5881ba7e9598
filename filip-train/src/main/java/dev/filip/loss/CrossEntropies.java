package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.kernel.PairScores;

/**
 * Both cross entropies of a batch on its similarities, in fp64: images choose among texts by {@code
 * sImage} (rows), texts among images by {@code sText} (columns); the value is half their sum, each
 * a mean over the batch. With it come its derivatives by every similarity and by the log-scale.
 * Paper 2.2, "Fine-grained contrastive learning".
 *
 * <p>On several ranks each has the rows of its own images and the columns of all texts: a row's
 * softmax is complete, a column's is put together from five numbers of every rank. Where a row or
 * column has several right answers its target is spread evenly over them. Value, accuracies and the
 * derivative by the log-scale are those of the whole batch, the same on every rank.
 *
 * @param dsImage {@code [b,B]} derivative by each image score of this rank
 * @param dsText {@code [b,B]} derivative by each text score, laid out as the scores are
 * @param accuracyImage share of images for which a right text scores best; the first of equals
 *     counts
 */
record CrossEntropies(
    double value,
    float[] dsImage,
    float[] dsText,
    double dLogScale,
    double accuracyImage,
    double accuracyText) {

  /**
   * @param regular what is added; the z-loss is part of value and derivatives
   * @param positives which texts are right for an image besides its own
   * @param ranks every one has as many rows
   * @throws NonFiniteLoss where a similarity times the scale is not finite
   */
  static CrossEntropies of(
      PairScores s,
      double logScale,
      Regularisers regular,
      Positives positives,
      Communicator ranks) {
    if (s.texts() != s.images() * ranks.world()) {
      throw new IllegalArgumentException(
          s.images() + " images a rank do not match " + s.texts() + " texts of " + ranks.world());
    }
    double scale = Math.exp(logScale);
    NonFiniteLoss.require(scale, "exp(logit_scale)");
    int first = ranks.rank() * s.images();
    Positives.Targets right = positives.over(s.images(), ranks);
    Rows image = new Rows(s.sImage(), s.images(), right, first, scale, regular);
    Columns text = new Columns(s.sText(), s.images(), right, first, scale, regular);
    double rows = 0;
    for (int i = 0; i < s.images(); i++) {
      rows += image.entropy(i);
    }
    double columns = text.entropies(ranks.gather(text.part()));
    double[] sums = {rows, image.dLogScale + text.dLogScale(), image.right};
    double[] all = sum(ranks.gather(sums));
    double value = all[0] + columns;
    NonFiniteLoss.require(value, "loss");
    int whole = s.texts();
    return new CrossEntropies(
        value / (2.0 * whole),
        image.gradient,
        text.gradient,
        all[1],
        all[2] / whole,
        (double) text.right / whole);
  }

  private static double[] sum(double[][] ranks) {
    double[] sum = ranks[0].clone();
    for (int r = 1; r < ranks.length; r++) {
      for (int k = 0; k < sum.length; k++) {
        sum[k] += ranks[r][k];
      }
    }
    return sum;
  }

  /** Images of this rank choose among all texts; the own text of row i is column first + i. */
  private static final class Rows {
    private final float[] scores;
    private final int texts;
    private final Positives.Targets targets;
    private final int first;
    private final double scale;
    private final double smoothing;
    private final double z;
    private final double[] weight;
    final float[] gradient;
    double dLogScale;
    int right;

    Rows(
        float[] scores,
        int images,
        Positives.Targets targets,
        int first,
        double scale,
        Regularisers regular) {
      this.scores = scores;
      this.targets = targets;
      this.texts = targets.pairs();
      this.first = first;
      this.scale = scale;
      this.smoothing = regular.labelSmoothing();
      this.z = regular.zLoss();
      weight = new double[texts];
      gradient = new float[images * texts];
    }

    /** Cross entropy of row i, its gradient written. */
    double entropy(int i) {
      int row = i * texts;
      int best = best(row);
      int own = first + i;
      right += targets.are(own, best) ? 1 : 0;
      double each = (1 - smoothing) / targets.count(own);
      double top = scale * scores[row + best];
      double sum = 0;
      double mean = 0;
      for (int j = 0; j < texts; j++) {
        double logit = scale * scores[row + j] - top;
        weight[j] = Math.exp(logit);
        sum += weight[j];
        mean += logit / texts;
      }
      double all = Math.log(sum) + top; // log-sum-exp of the row
      double answers = 0;
      for (int j = 0; j < texts; j++) {
        boolean answer = targets.are(own, j);
        answers += answer ? scale * scores[row + j] - top : 0;
        double target = smoothing / texts + (answer ? each : 0);
        double share = weight[j] / sum;
        double d = (share - target + 2 * z * all * share) / (2.0 * texts) * scale;
        gradient[row + j] = (float) d;
        dLogScale += d * scores[row + j];
      }
      double target = (1 - smoothing) * (answers / targets.count(own)) + smoothing * mean;
      return Math.log(sum) - target + z * all * all;
    }

    private int best(int row) {
      int best = 0;
      for (int j = 1; j < texts; j++) {
        best = scores[row + j] > scores[row + best] ? j : best;
      }
      return best;
    }
  }

  /** All texts choose among images, of which this rank holds some. */
  private static final class Columns {
    /** Of each column: best score, its image, sum of exponentials below it, sum, sum of answers. */
    private static final int NUMBERS = 5;

    private final float[] scores;
    private final int images;
    private final int texts;
    private final Positives.Targets targets;
    private final int first;
    private final double scale;
    private final double smoothing;
    private final double z;
    final float[] gradient;
    private double dLogScale;
    int right;

    Columns(
        float[] scores,
        int images,
        Positives.Targets targets,
        int first,
        double scale,
        Regularisers regular) {
      this.scores = scores;
      this.images = images;
      this.targets = targets;
      this.texts = targets.pairs();
      this.first = first;
      this.scale = scale;
      this.smoothing = regular.labelSmoothing();
      this.z = regular.zLoss();
      gradient = new float[images * texts];
    }

    /** What the images of this rank say of every column. */
    double[] part() {
      double[] part = new double[NUMBERS * texts];
      for (int j = 0; j < texts; j++) {
        int best = 0;
        for (int i = 1; i < images; i++) {
          best = at(i, j) > at(best, j) ? i : best;
        }
        double exponentials = 0;
        double sum = 0;
        double answers = 0;
        for (int i = 0; i < images; i++) {
          exponentials += Math.exp(scale * at(i, j) - scale * at(best, j));
          sum += at(i, j);
          answers += targets.are(first + i, j) ? at(i, j) : 0;
        }
        part[NUMBERS * j] = at(best, j);
        part[NUMBERS * j + 1] = first + best;
        part[NUMBERS * j + 2] = exponentials;
        part[NUMBERS * j + 3] = sum;
        part[NUMBERS * j + 4] = answers;
      }
      return part;
    }

    /** Sum of the cross entropies of all columns; the gradient of this rank's rows is written. */
    double entropies(double[][] parts) {
      double entropies = 0;
      for (int j = 0; j < texts; j++) {
        entropies += entropy(j, parts);
      }
      return entropies;
    }

    private double entropy(int j, double[][] parts) {
      int at = NUMBERS * j;
      double[] winner = parts[0];
      for (double[] part : parts) {
        winner = part[at] > winner[at] ? part : winner;
      }
      right += targets.are((int) winner[at + 1], j) ? 1 : 0;
      double top = scale * winner[at];
      double exponentials = 0;
      double sum = 0;
      double answers = 0;
      for (double[] part : parts) {
        exponentials += part[at + 2] * Math.exp(scale * part[at] - top);
        sum += part[at + 3];
        answers += part[at + 4];
      }
      double all = Math.log(exponentials) + top; // log-sum-exp of the column
      gradient(j, top, exponentials, 2 * z * all);
      double mean = scale * sum / texts - top;
      double own = answers / targets.count(j);
      double target = (1 - smoothing) * (scale * own - top) + smoothing * mean;
      return Math.log(exponentials) - target + z * all * all;
    }

    private void gradient(int j, double top, double exponentials, double more) {
      double each = (1 - smoothing) / targets.count(j);
      for (int i = 0; i < images; i++) {
        double target = smoothing / texts + (targets.are(first + i, j) ? each : 0);
        double share = Math.exp(scale * at(i, j) - top) / exponentials;
        double d = (share - target + more * share) / (2.0 * texts) * scale;
        gradient[i * texts + j] = (float) d;
        dLogScale += d * at(i, j);
      }
    }

    double dLogScale() {
      return dLogScale;
    }

    private double at(int i, int j) {
      return scores[i * texts + j];
    }
  }
}
