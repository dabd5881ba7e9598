package dev.filip.kernel;

import java.util.Arrays;

/**
 * A sparse matrix in the making: entries are added in any order of rows and then sorted by row,
 * those of a row keeping the order in which they came. Scratch, one per worker.
 */
final class SparseRows {
  private int rows;
  private int count;
  private int[] row = new int[0];
  private int[] from = new int[0];
  private float[] by = new float[0];
  private int[] end = new int[0];

  /** Source offset and weight of each entry, by row once sorted. */
  int[] source = new int[0];

  float[] weight = new float[0];

  /** Empties it, with room for so many entries. */
  void clear(int rowCount, int capacity) {
    rows = rowCount;
    count = 0;
    if (row.length < capacity) {
      row = new int[capacity];
      from = new int[capacity];
      by = new float[capacity];
      source = new int[capacity];
      weight = new float[capacity];
    }
    if (end.length < rowCount + 1) {
      end = new int[rowCount + 1];
    }
    Arrays.fill(end, 0, rowCount + 1, 0);
  }

  void add(int toRow, int sourceOffset, float w) {
    row[count] = toRow;
    from[count] = sourceOffset;
    by[count] = w;
    end[toRow + 1]++;
    count++;
  }

  /** Counting sort; afterwards entries of row k are {@link #begin} to {@link #end}. */
  void sort() {
    for (int k = 1; k <= rows; k++) {
      end[k] += end[k - 1];
    }
    for (int e = 0; e < count; e++) {
      int at = end[row[e]]++;
      source[at] = from[e];
      weight[at] = by[e];
    }
  }

  int begin(int k) {
    return k == 0 ? 0 : end[k - 1];
  }

  int end(int k) {
    return end[k];
  }
}
