package dev.filip.metric;

/** Top-k accuracy of classification. Pure functions. */
public final class TopK {
  private TopK() {}

  /**
   * The share of the rows whose label is among the k best classes; ties count against the model
   * ({@link Ranks}). With k at least the number of classes it is 1.
   *
   * @param scores {@code [labels.length, classes]} row-major
   */
  public static double accuracy(int k, float[] scores, int classes, int[] labels) {
    return Recall.at(k, Ranks.ofLabels(scores, classes, labels));
  }
}
