package dev.filip.loss;

import java.util.List;

/**
 * The loss where pairs may share an image, from its definition by plain loops in fp64: for each row
 * the mean over its right answers of the negative log-softmax, smoothed and with its z-loss; both
 * ways, halved. Nothing is shared with the code it judges.
 */
final class SlowPositives {
  private final LossCase c;
  private final List<String> names;
  private final Regularisers regular;

  SlowPositives(LossCase c, List<String> names, Regularisers regular) {
    this.c = c;
    this.names = names;
    this.regular = regular;
  }

  double late() {
    double sum = 0;
    for (int k = 0; k < c.b(); k++) {
      double[] texts = new double[c.b()];
      double[] images = new double[c.b()];
      for (int j = 0; j < c.b(); j++) {
        texts[j] = ofImage(k, j);
        images[j] = ofText(j, k);
      }
      sum += entropy(texts, k) + entropy(images, k);
    }
    return sum / (2 * c.b());
  }

  double global() {
    double sum = 0;
    for (int k = 0; k < c.b(); k++) {
      double[] texts = new double[c.b()];
      double[] images = new double[c.b()];
      for (int j = 0; j < c.b(); j++) {
        texts[j] = product(k * c.n(), j * c.m());
        images[j] = product(j * c.n(), k * c.m());
      }
      sum += entropy(texts, k) + entropy(images, k);
    }
    return sum / (2 * c.b());
  }

  private double entropy(double[] scores, int own) {
    double scale = Math.exp(c.logScale());
    double exponentials = 0;
    for (double score : scores) {
      exponentials += Math.exp(scale * score);
    }
    double all = Math.log(exponentials);
    double right = 0;
    int count = 0;
    double every = 0;
    for (int j = 0; j < scores.length; j++) {
      double surprise = all - scale * scores[j];
      every += surprise / scores.length;
      if (names.get(j).equals(names.get(own))) {
        right += surprise;
        count++;
      }
    }
    double smoothing = regular.labelSmoothing();
    return (1 - smoothing) * right / count + smoothing * every + regular.zLoss() * all * all;
  }

  /** Mean over patches of the best word. */
  private double ofImage(int i, int j) {
    double sum = 0;
    for (int p = 0; p < c.n(); p++) {
      double best = Double.NEGATIVE_INFINITY;
      for (int w = 0; w < c.length()[j]; w++) {
        best = Math.max(best, product(i * c.n() + p, j * c.m() + w));
      }
      sum += best;
    }
    return sum / c.n();
  }

  /** Mean over words of the best patch. */
  private double ofText(int i, int j) {
    double sum = 0;
    for (int w = 0; w < c.length()[j]; w++) {
      double best = Double.NEGATIVE_INFINITY;
      for (int p = 0; p < c.n(); p++) {
        best = Math.max(best, product(i * c.n() + p, j * c.m() + w));
      }
      sum += best;
    }
    return sum / c.length()[j];
  }

  private double product(int imageRow, int textRow) {
    double sum = 0;
    for (int k = 0; k < c.d(); k++) {
      sum += c.image()[imageRow * c.d() + k] * c.text()[textRow * c.d() + k];
    }
    return sum;
  }
}
