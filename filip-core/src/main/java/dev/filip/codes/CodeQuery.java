package dev.filip.codes;

import java.util.Arrays;

/**
 * The tokens of a query, or of several that are asked together, rotated and rounded to four bits:
 * {@code (R q)_i = low + step u_i} with u in 0 to 15, kept as four bit planes, so that a product
 * with signs is a count of bits. Query tokens lie in lanes: a block holds {@link #LANES} of them,
 * the last one filled up.
 */
public final class CodeQuery {
  /** Tokens of a block, a multiple of every vector's lanes. */
  public static final int LANES = 16;

  /** Bit planes. */
  public static final int PLANES = 4;

  private static final int MOST = (1 << PLANES) - 1;

  private final int tokens;
  private final float[] weight;
  private final int[] ends;
  private final int words;
  private final int[] planes;
  private final float[] middle;
  private final float[] low;
  private final float[] step;
  private final float[] sum;

  CodeQuery(float[] weight, int[] ends, int words) {
    this.tokens = weight.length;
    this.weight = weight;
    this.ends = ends;
    this.words = words;
    int lanes = blocks() * LANES;
    planes = new int[lanes * words * PLANES];
    middle = new float[lanes];
    low = new float[lanes];
    step = new float[lanes];
    sum = new float[lanes];
  }

  /** Queries whose tokens these are. */
  public int queries() {
    return ends.length;
  }

  /** Tokens of all queries. */
  public int tokens() {
    return tokens;
  }

  /** 32-bit words of a code. */
  public int words() {
    return words;
  }

  /** Blocks of lanes. */
  public int blocks() {
    return Math.ceilDiv(tokens, LANES);
  }

  /** {@code [block][word][plane][lane]}; read only. */
  public int[] planes() {
    return planes;
  }

  /** {@code mean . q} of every lane. */
  public float[] middle() {
    return middle;
  }

  /** Twice the lowest number of every lane. */
  public float[] low() {
    return low;
  }

  /** Twice the step of every lane. */
  public float[] step() {
    return step;
  }

  /** The sum of the rounded numbers of every lane. */
  public float[] sum() {
    return sum;
  }

  /**
   * @param rotated {@code R q}
   */
  void set(int token, float middleOf, float[] rotated) {
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (float value : rotated) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    float width = most > least ? (most - least) / MOST : 1;
    int block = token / LANES;
    int lane = token % LANES;
    long all = 0;
    for (int i = 0; i < rotated.length; i++) {
      int level = Math.clamp(Math.round((rotated[i] - least) / width), 0, MOST);
      all += level;
      int word = (block * words + i / Integer.SIZE) * PLANES;
      for (int plane = 0; plane < PLANES; plane++) {
        planes[(word + plane) * LANES + lane] |= (level >>> plane & 1) << i;
      }
    }
    middle[token] = middleOf;
    low[token] = 2 * least;
    step[token] = 2 * width;
    sum[token] = rotated.length * least + width * all;
  }

  /**
   * The estimated score of each query: each row's weight times its middle and its best.
   *
   * @param best {@code [blocks * LANES]}
   * @param out one score a query, from {@code at} on
   */
  public void scores(float[] best, float[] out, int at) {
    int token = 0;
    for (int q = 0; q < ends.length; q++) {
      double total = 0;
      for (; token < ends[q]; token++) {
        total += weight[token] * ((double) middle[token] + best[token]);
      }
      out[at + q] = (float) total;
    }
  }

  /** Sets every lane to what nothing is below. */
  public void clear(float[] best) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
  }
}
