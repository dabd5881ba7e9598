package dev.filip.metric;

/** Mean per-class recall: every class that occurs counts the same. Pure functions. */
public final class MeanPerClass {
  private MeanPerClass() {}

  /**
   * The mean over the classes that occur in {@code labels} of the share of their rows ranked first;
   * a class that does not occur is left out. Not a number where there is no row.
   *
   * @param ranks of {@link CandidateRanks#ofLabels}
   */
  public static double recall(int[] ranks, int[] labels, int classes) {
    double sum = 0;
    int present = 0;
    for (double recall : perClass(ranks, labels, classes)) {
      if (!Double.isNaN(recall)) {
        sum += recall;
        present++;
      }
    }
    return present == 0 ? Double.NaN : sum / present;
  }

  /** Recall of each class {@code [classes]}; not a number for a class that does not occur. */
  public static double[] perClass(int[] ranks, int[] labels, int classes) {
    if (ranks.length != labels.length) {
      throw new IllegalArgumentException(
          "ranks and labels must be equally long, got " + ranks.length + " and " + labels.length);
    }
    double[] hits = new double[classes];
    int[] rows = new int[classes];
    for (int row = 0; row < labels.length; row++) {
      rows[labels[row]]++;
      hits[labels[row]] += ranks[row] == 0 ? 1 : 0;
    }
    for (int c = 0; c < classes; c++) {
      hits[c] /= rows[c]; // 0 / 0 is the not-a-number of an absent class
    }
    return hits;
  }
}
