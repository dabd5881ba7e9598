package dev.filip.eval.probe;

/**
 * The oracle: scikit-learn's objective of logistic regression, {@code C x sum of losses + |W|^2 /
 * 2} over {@code C n}, and its gradient, written down row by row in fp64.
 */
final class SlowLogistic {
  private SlowLogistic() {}

  static double at(
      double[] x, int d, int[] labels, int classes, double c, double[] w, double[] gradient) {
    int k = classes == 2 ? 1 : classes;
    int n = labels.length;
    java.util.Arrays.fill(gradient, 0);
    double value = 0;
    for (int i = 0; i < n; i++) {
      double[] z = new double[classes];
      for (int o = 0; o < k; o++) {
        double sum = w[o * (d + 1) + d];
        for (int j = 0; j < d; j++) {
          sum += w[o * (d + 1) + j] * x[i * d + j];
        }
        z[k == 1 ? 1 : o] = sum;
      }
      double total = 0;
      for (double one : z) {
        total += Math.exp(one);
      }
      value += Math.log(total) - z[labels[i]];
      for (int o = 0; o < k; o++) {
        int of = k == 1 ? 1 : o;
        double slope = (Math.exp(z[of]) / total - (labels[i] == of ? 1 : 0)) / n;
        for (int j = 0; j < d; j++) {
          gradient[o * (d + 1) + j] += slope * x[i * d + j];
        }
        gradient[o * (d + 1) + d] += slope;
      }
    }
    value /= n;
    for (int o = 0; o < k; o++) {
      for (int j = 0; j < d; j++) {
        double one = w[o * (d + 1) + j];
        value += one * one / (2 * c * n);
        gradient[o * (d + 1) + j] += one / (c * n);
      }
    }
    return value;
  }
}
