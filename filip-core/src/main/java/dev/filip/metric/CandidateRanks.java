package dev.filip.metric;

import java.util.Arrays;

/**
 * Where the right answer stands among all candidates, counted from 0 (0 = first).
 *
 * <p>A tie counts against the model: the rank is the number of wrong candidates whose score is not
 * below the right one's. So a model that gives all candidates one score is last everywhere, and the
 * order of the data changes nothing. A score that is not a number counts against the model too.
 *
 * <p>Scores are row-major float arrays. Pure functions, thread-safe.
 */
public final class CandidateRanks {
  /** The rank of an image that has no caption: it is left out of every metric. */
  public static final int NONE = -1;

  private CandidateRanks() {}

  /**
   * For every text the rank of its image among all images.
   *
   * @param scores {@code [images, texts]}
   * @param imageOfText which image each text describes; several texts may share one
   */
  public static int[] textToImage(float[] scores, int images, int[] imageOfText) {
    int texts = imageOfText.length;
    check(scores, images, texts, imageOfText);
    int[] ranks = new int[texts];
    for (int text = 0; text < texts; text++) {
      float own = scores[imageOfText[text] * texts + text];
      for (int image = 0; image < images; image++) {
        boolean wins = image != imageOfText[text] && !(scores[image * texts + text] < own);
        ranks[text] += wins ? 1 : 0;
      }
    }
    return ranks;
  }

  /**
   * For every image the rank of its best caption among all other images' captions, or {@link #NONE}
   * for an image without one.
   *
   * @param scores {@code [images, texts]}
   * @param imageOfText which image each text describes
   */
  public static int[] imageToText(float[] scores, int images, int[] imageOfText) {
    int texts = imageOfText.length;
    check(scores, images, texts, imageOfText);
    int[] ranks = new int[images];
    for (int image = 0; image < images; image++) {
      ranks[image] = bestCaption(scores, image, imageOfText);
    }
    return ranks;
  }

  private static int bestCaption(float[] scores, int image, int[] imageOfText) {
    int row = image * imageOfText.length;
    float best = Float.NEGATIVE_INFINITY;
    int captions = 0;
    for (int text = 0; text < imageOfText.length; text++) {
      if (imageOfText[text] == image) {
        captions++;
        best = scores[row + text] > best ? scores[row + text] : best;
      }
    }
    int rank = 0;
    for (int text = 0; text < imageOfText.length; text++) {
      boolean wins = imageOfText[text] != image && !(scores[row + text] < best);
      rank += wins ? 1 : 0;
    }
    return captions == 0 ? NONE : rank;
  }

  /**
   * For every row the rank of its label among all classes.
   *
   * @param scores {@code [labels.length, classes]}
   */
  public static int[] ofLabels(float[] scores, int classes, int[] labels) {
    check(scores, labels.length, classes, new int[0]);
    int[] ranks = new int[labels.length];
    for (int row = 0; row < labels.length; row++) {
      int label = index(labels[row], classes, "label");
      float own = scores[row * classes + label];
      for (int c = 0; c < classes; c++) {
        boolean wins = c != label && !(scores[row * classes + c] < own);
        ranks[row] += wins ? 1 : 0;
      }
    }
    return ranks;
  }

  /**
   * The class with the highest score of each row; of equals the first.
   *
   * @param scores {@code [rows, classes]}
   */
  public static int[] best(float[] scores, int classes) {
    int[] best = new int[scores.length / classes];
    for (int row = 0; row < best.length; row++) {
      for (int c = 1; c < classes; c++) {
        best[row] = scores[row * classes + c] > scores[row * classes + best[row]] ? c : best[row];
      }
    }
    return best;
  }

  /** Mean of the ranks counted from 1; not a number where there is none. */
  public static double mean(int[] ranks) {
    return Arrays.stream(ranks).filter(rank -> rank >= 0).average().orElse(Double.NaN) + 1;
  }

  /** Median of the ranks counted from 1, the mean of the two middle ones for an even count. */
  public static double median(int[] ranks) {
    int[] sorted = Arrays.stream(ranks).filter(rank -> rank >= 0).sorted().toArray();
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + (double) sorted[n / 2]) / 2 + 1;
  }

  private static void check(float[] scores, int rows, int columns, int[] imageOfText) {
    if (scores.length != Math.multiplyExact(rows, columns)) {
      throw new IllegalArgumentException(
          "scores must be [" + rows + ", " + columns + "], got " + scores.length + " numbers");
    }
    for (int image : imageOfText) {
      index(image, rows, "image of a text");
    }
  }

  static int index(int value, int below, String what) {
    if (value < 0 || value >= below) {
      throw new IllegalArgumentException(what + " must be in [0, " + below + "), got " + value);
    }
    return value;
  }
}
