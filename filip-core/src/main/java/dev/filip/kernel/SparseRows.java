package dev.filip.kernel;

import java.util.Arrays;

/**
 * What one output item gets from several others, as a sparse matrix: pairs are added in the order
 * of their sums and then sorted by output row, those of a row keeping that order. Scratch, one per
 * worker.
 */
final class SparseRows {
  private int rows;
  private int perPair;
  private int pairs;
  private int[] chosen = new int[0];
  private int[] tokens = new int[0];
  private float[] eachWeight = new float[0];
  private float[] winnerWeight = new float[0];
  private int[] end = new int[0];

  /** Source offset and weight of each entry, by row once sorted. */
  int[] source = new int[0];

  float[] weight = new float[0];

  /** Empties it, with room for so many pairs of at most so many tokens on the other side. */
  void clear(int rowCount, int pairCount, int otherTokens) {
    rows = rowCount;
    perPair = rowCount + otherTokens;
    pairs = 0;
    int capacity = Math.multiplyExact(pairCount, perPair);
    if (chosen.length < capacity) {
      chosen = new int[capacity];
      source = new int[capacity];
      weight = new float[capacity];
    }
    if (tokens.length < pairCount) {
      tokens = new int[pairCount];
      eachWeight = new float[pairCount];
      winnerWeight = new float[pairCount];
    }
    if (end.length < rowCount + 1) {
      end = new int[rowCount + 1];
    }
    Arrays.fill(end, 0, rowCount + 1, 0);
  }

  /**
   * One more pair.
   *
   * @param each weight with which every row gets the token it chose, chosen at {@code eachCell}
   * @param winner weight with which each of the other's tokens goes to the row it chose
   */
  void add(
      Winners winners, long eachCell, float each, long winnerCell, float winner, int otherTokens) {
    int at = pairs * perPair;
    winners.read(eachCell, rows, chosen, at);
    winners.read(winnerCell, otherTokens, chosen, at + rows);
    tokens[pairs] = otherTokens;
    eachWeight[pairs] = each;
    winnerWeight[pairs] = winner;
    pairs++;
    for (int r = at + rows; r < at + rows + otherTokens; r++) {
      end[chosen[r] + 1]++;
    }
  }

  /** Counting sort; pair p's source rows begin at {@code p * stride}, d floats each. */
  void sort(int stride, int d) {
    for (int k = 1; k <= rows; k++) {
      end[k] += end[k - 1] + pairs; // each row is chosen for by itself once a pair
    }
    for (int p = 0; p < pairs; p++) {
      int at = p * perPair;
      float w = eachWeight[p];
      for (int k = 0; k < rows; k++) {
        put(k, p * stride + chosen[at + k] * d, w);
      }
      w = winnerWeight[p];
      for (int r = 0; r < tokens[p]; r++) {
        put(chosen[at + rows + r], p * stride + r * d, w);
      }
    }
  }

  private void put(int row, int from, float w) {
    int to = end[row]++;
    source[to] = from;
    weight[to] = w;
  }

  /** First entry of row k. */
  int begin(int k) {
    return k == 0 ? 0 : end[k - 1];
  }

  /** Behind the last entry of row k. */
  int end(int k) {
    return end[k];
  }
}
