package dev.filip.curate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * By how much the languages to be kept lead at least, by half the work of {@link LanguageSums}:
 * weights in coarser steps, those of what is kept rounded down, those of the others up, and the
 * languages that weigh least in common letters together, by the most of them. A row of an n-gram is
 * a line of a cache: 32 fields of 16 bits. Most texts are decided so; where they are not, nothing
 * is said. Immutable.
 */
final class LanguageLead {
  private static final int BITS = 16;
  private static final int FIELDS = 4;
  private static final long MASK = 0xFFFF_0000_FFFFL;

  /** Longs of a row. */
  static final int ROW = 8;

  private static final int LANES = ROW * FIELDS;

  /** Rows begin where a line does, in an array that begins where one does. */
  private static final int FIRST = 6;

  /** So many rows are summed before a field could overflow. */
  private static final int AT_ONCE = 127;

  /** Of {@link LanguageSums}, in one of these. */
  private static final int STEPS = 16;

  /** The highest bit of each field of 32 bits. */
  private static final long SIGNS = 0x8000_0000_8000_0000L;

  private final int kept;
  private final long[] rows;

  private LanguageLead(int kept, long[] rows) {
    this.kept = kept;
    this.rows = rows;
  }

  /** As it was put away by {@link #write}. */
  static LanguageLead read(TableFile.Reader in) {
    return new LanguageLead(in.ints()[0], in.longs());
  }

  /** Puts it away. */
  void write(TableFile.Writer out) {
    out.put(new int[] {kept}).put(rows);
  }

  /** Most languages that may be kept: half of the lanes. */
  static final int MOST_KEPT = LANES / 2;

  /**
   * Of the rows of some sums.
   *
   * @param own the languages to be kept, bit by bit, at most {@link #MOST_KEPT}
   */
  static LanguageLead of(LanguageSums sums, long own) {
    int[] lane = lanes(sums, own);
    long[] rows = new long[FIRST + sums.rows() * ROW];
    int[] values = new int[LANES];
    for (int row = 1; row < sums.rows(); row++) {
      fill(sums, row, own, lane, values);
      for (int i = 0; i < LANES; i++) {
        rows[FIRST + row * ROW + i / FIELDS] |= (long) values[i] << i % FIELDS * BITS;
      }
    }
    return new LanguageLead(Long.bitCount(own), rows);
  }

  /** By language: those to be kept first, then the others by how many n-grams weigh for them. */
  private static int[] lanes(LanguageSums sums, long own) {
    int[] weights = new int[sums.languages()];
    for (int row = 1; row < sums.rows(); row++) {
      for (int language = 0; language < weights.length; language++) {
        weights[language] += sums.steps(row, language) == 0 ? 0 : 1;
      }
    }
    List<Integer> order = new ArrayList<>();
    for (int language = 0; language < weights.length; language++) {
      order.add(language);
    }
    order.sort(
        Comparator.comparingInt(
            language -> (own >>> language & 1) != 0 ? Integer.MIN_VALUE : -weights[language]));
    int[] lanes = new int[weights.length];
    for (int i = 0; i < lanes.length; i++) {
      lanes[order.get(i)] = Math.min(i, LANES - 1);
    }
    return lanes;
  }

  private static void fill(LanguageSums sums, int row, long own, int[] lane, int[] values) {
    Arrays.fill(values, 0);
    int bias = sums.bias() / STEPS + 2;
    for (int language = 0; language < lane.length; language++) {
      int steps = sums.steps(row, language);
      boolean mine = (own >>> language & 1) != 0;
      // a weight is known to half a step; one that is not there is 0
      int half = steps == 0 ? 0 : mine ? -1 : 1;
      int twice = 2 * steps + half;
      int coarse = mine ? Math.floorDiv(twice, 2 * STEPS) : -Math.floorDiv(-twice, 2 * STEPS);
      values[lane[language]] = Math.max(values[lane[language]], coarse + bias);
    }
  }

  /**
   * Whether those to be kept lead all others by so many steps of {@link LanguageSums}, at least.
   *
   * @param grams numbers of rows
   * @param sums room for {@code 2 * ROW} longs, of two fields each
   */
  boolean isAbove(int[] grams, int count, double steps, long[] sums) {
    Arrays.fill(sums, 0);
    for (int i = 0; i < count; i += AT_ONCE) {
      add(grams, i, Math.min(count, i + AT_ONCE), sums);
    }
    long best = 0;
    for (int lane = 0; lane < kept; lane++) {
      int at = lane / FIELDS * 2 + (lane & 1);
      int shift = (lane & 2) << 4;
      best = Math.max(best, sums[at] >>> shift & 0xFFFF_FFFFL);
      sums[at] &= ~(0xFFFF_FFFFL << shift);
    }
    long most = best - (long) Math.ceil(steps / STEPS);
    if (most < 0) {
      return false;
    }
    long limits = most << 32 | most | SIGNS;
    long signs = SIGNS; // of what is left of the limit
    for (long two : sums) {
      signs &= limits - two;
    }
    return signs == SIGNS;
  }

  // Written out, because C2 keeps sums in registers only as local variables.

  private void add(int[] grams, int from, int to, long[] sums) {
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    long e = 0;
    long f = 0;
    long g = 0;
    long h = 0;
    for (int i = from; i < to; i++) {
      int at = FIRST + grams[i] * ROW;
      a += rows[at];
      h += rows[at + 7];
      b += rows[at + 1];
      c += rows[at + 2];
      d += rows[at + 3];
      e += rows[at + 4];
      f += rows[at + 5];
      g += rows[at + 6];
    }
    take(sums, 0, a);
    take(sums, 2, b);
    take(sums, 4, c);
    take(sums, 6, d);
    take(sums, 8, e);
    take(sums, 10, f);
    take(sums, 12, g);
    take(sums, 14, h);
  }

  private static void take(long[] sums, int at, long fields) {
    sums[at] += fields & MASK;
    sums[at + 1] += fields >>> BITS & MASK;
  }
}
