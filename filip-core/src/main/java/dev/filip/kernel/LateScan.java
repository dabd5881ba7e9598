package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A query, or several in one pass, against many items whose bf16 rows are read where they lie, such
 * as a mapped file: a text against images ({@link #forward} is then {@code s_text}, {@link
 * #reverse} {@code s_image}), an image against texts (the other way round), an image against
 * images. Exact: products are fp32, rows are what they are. Every form and every machine with a
 * fused multiply-add gives the same bits, so that ties are ties everywhere; that is why a scan may
 * begin with plain loops and go over to vectors when the JVM has compiled them ({@link
 * VectorWarmUp}). Immutable, safe for any thread; the oracle is {@link ScalarLateInteraction}.
 */
public final class LateScan {
  private final int d;
  private final float[] weight;

  /** The row after the last one of each query. */
  private final int[] ends;

  /** Rows of the short queries, and those of the others: one of them may be missing. */
  private final List<Part> parts;

  private LateScan(int d, float[] weight, int[] ends, List<Part> parts) {
    this.d = d;
    this.weight = weight;
    this.ends = ends;
    this.parts = parts;
  }

  /**
   * A query of which each row counts alike: the score is the mean of its maxima.
   *
   * @param rows {@code [m, d]}, which they fill
   */
  public static LateScan of(float[] rows, int d) {
    int m = rows.length / d;
    float[] even = new float[m];
    Arrays.fill(even, 1f / m);
    return weighted(rows, d, even);
  }

  /**
   * A query of rows with weights, which may be negative: the score is the sum over rows of weight
   * times maximum.
   *
   * @param rows {@code [m, d]}
   * @param weight one a row
   */
  public static LateScan weighted(float[] rows, int d, float[] weight) {
    return weighted(rows, d, weight, true);
  }

  static LateScan weighted(float[] rows, int d, float[] weight, boolean vector) {
    return several(rows, d, weight, new int[] {weight.length}, vector);
  }

  /**
   * Several queries that share a pass: each item's rows are read from memory once for all of them,
   * and queries fill a register's lanes together. Every score has the bits that its query alone
   * gives.
   *
   * @param rows {@code [m, d]}, of all queries back to back
   * @param weight one a row
   * @param ends the row after the last one of each query, rising, the last one m
   */
  public static LateScan several(float[] rows, int d, float[] weight, int... ends) {
    return several(rows, d, weight, ends, true);
  }

  static LateScan several(float[] rows, int d, float[] weight, int[] ends, boolean vector) {
    int m = weight.length;
    if (d < 1 || m < 1 || rows.length != Math.multiplyExact(m, d)) {
      throw new IllegalArgumentException(
          "a query of " + m + " rows of width " + d + " got " + rows.length + " numbers");
    }
    if (ends.length < 1 || ends[ends.length - 1] != m) {
      throw new IllegalArgumentException(
          "queries of " + m + " rows end at " + Arrays.toString(ends));
    }
    List<Part> parts = new ArrayList<>();
    for (boolean partial : new boolean[] {true, false}) {
      int[] which = rowsOf(ends, partial);
      if (which.length > 0) {
        parts.add(Part.of(rows, d, which, partial, vector));
      }
    }
    return new LateScan(d, weight.clone(), ends.clone(), parts);
  }

  /** The rows of the queries that are short, or of those that are not. */
  private static int[] rowsOf(int[] ends, boolean partial) {
    return IntStream.range(0, ends.length)
        .filter(q -> ends[q] - begin(ends, q) <= Scan.SHORT == partial)
        .flatMap(q -> IntStream.range(begin(ends, q), ends[q]))
        .toArray();
  }

  private static int begin(int[] ends, int q) {
    return q == 0 ? 0 : ends[q - 1];
  }

  /**
   * The same with the fast form alone where there is one, compiled or not.
   *
   * @param halves by {@link HalfScanTiles}
   */
  LateScan fast(boolean halves) {
    return new LateScan(d, weight, ends, parts.stream().map(part -> part.alone(halves)).toList());
  }

  /** How many there are. */
  public int queries() {
    return ends.length;
  }

  /**
   * For each of some items and each query the weighted sum over the query's rows of the largest
   * product with the item's rows.
   *
   * @param items bf16, of the query's width
   * @param which their numbers, of which the first {@code count} are asked for
   * @param out {@code [count, queries]}
   */
  public void forward(Tokens items, int[] which, int count, float[] out) {
    scores(items, which, count, out, false);
  }

  /**
   * For each of some items the mean over its rows of the largest product with the query's.
   *
   * @param out one score each; there must be one query
   */
  public void reverse(Tokens items, int[] which, int count, float[] out) {
    if (ends.length != 1) {
      throw new IllegalStateException("the way back is one query's, not that of " + ends.length);
    }
    scores(items, which, count, out, true);
  }

  private void scores(Tokens items, int[] which, int count, float[] out, boolean reverse) {
    if (items.type() != Tokens.Type.BF16) {
      throw new IllegalArgumentException("rows must be bf16, got " + items.type());
    }
    Shapes.sameWidth(items.d(), d);
    float[] best = new float[weight.length];
    float[] token = new float[0];
    List<Part.Room> rooms = parts.stream().map(_ -> new Part.Room()).toList();
    for (int i = 0; i < count; i++) {
      int item = which[i];
      if (reverse && token.length != items.length(item)) {
        token = new float[items.length(item)];
      }
      for (int p = 0; p < parts.size(); p++) {
        parts.get(p).maxima(items, item, token, rooms.get(p), best);
      }
      if (reverse) {
        out[i] = mean(token);
      } else {
        weigh(best, out, i * ends.length);
      }
    }
  }

  private void weigh(float[] best, float[] out, int at) {
    int r = 0;
    for (int q = 0; q < ends.length; q++) {
      double sum = 0;
      for (; r < ends[q]; r++) {
        sum += (double) weight[r] * best[r];
      }
      out[at + q] = (float) sum;
    }
  }

  private static float mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return (float) (sum / values.length);
  }

  /**
   * Rows whose products are summed alike, in the forms this machine has.
   *
   * @param which their numbers among all
   */
  private static final class Part {
    private final float[] rows;
    private final int d;
    private final int[] which;
    private final boolean partial;
    private final Scan plain;

    /** Whether vectors may take over; only then, and when they are ready, are they touched. */
    private final boolean vector;

    private volatile @Nullable Scan fast;

    private Part(float[] rows, int d, int[] which, boolean partial, Scan plain, boolean vector) {
      this.rows = rows;
      this.d = d;
      this.which = which;
      this.partial = partial;
      this.plain = plain;
      this.vector = vector;
    }

    static Part of(float[] all, int d, int[] which, boolean partial, boolean vector) {
      float[] rows = new float[which.length * d];
      for (int r = 0; r < which.length; r++) {
        System.arraycopy(all, which[r] * d, rows, r * d, d);
      }
      Scan plain = new ScalarScan(rows, which.length, d, partial);
      return new Part(rows, d, which, partial, plain, vector);
    }

    Part alone(boolean halves) {
      Scan only = vector && Kernels.active().vector() ? vectors(halves) : plain;
      return new Part(rows, d, which, partial, only, false);
    }

    /** A method of its own, so that the Vector API is touched only where it is there. */
    private Scan vectors(boolean halves) {
      return partial
          ? new VectorShortScan(rows, which.length, d)
          : new VectorScan(rows, which.length, d, halves);
    }

    /** Threads that make it at once make the same. */
    private Scan ready() {
      Scan made = fast;
      if (made == null) {
        made = vectors(VectorWarmUp.halves());
        fast = made;
      }
      return made;
    }

    /** Puts the maxima of its rows to their places among all. */
    void maxima(Tokens items, int item, float[] token, Room room, float[] best) {
      if (!vector) {
        room.run(plain, items, item, token);
      } else if (VectorWarmUp.isDone()) {
        room.run(ready(), items, item, token);
      } else {
        long begun = System.nanoTime();
        room.run(plain, items, item, token);
        VectorWarmUp.spent(System.nanoTime() - begun);
      }
      for (int r = 0; r < which.length; r++) {
        best[which[r]] = room.best[r];
      }
    }

    /** What one call works in. */
    private static final class Room {
      private @Nullable Scan of;
      private float[] best = new float[0];
      private float[] scratch = new float[0];

      void run(Scan scan, Tokens items, int item, float[] token) {
        if (scan != of) {
          of = scan;
          best = new float[scan.room()];
          scratch = new float[scan.scratch()];
        }
        long at = items.start(item) * items.d() * 2L;
        scan.maxima(items.rows(), at, items.length(item), best, token, scratch);
      }
    }
  }
}
