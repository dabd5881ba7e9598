package dev.filip.search;

import dev.filip.codes.CodeQuery;
import dev.filip.io.Tasks;
import dev.filip.kernel.LateScan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The items that one-bit codes find best for a query: the highest estimates, of equal ones the item
 * that lies first, whatever threads looked at them. Each is a long that sorts so: the estimate's
 * bits turned round, then the item's place among all.
 */
final class Estimates {
  private static final int CHUNK = 2048;
  private static final int ROOM = 1024;

  private final List<View> views;
  private final List<int[]> items;
  private final int most;
  private final Barred barred;
  private final int query;

  /** Unsorted; cut back to the best {@link #most} when twice as many are there. */
  private long[] keys = new long[ROOM];

  private int count;
  private long worst = Long.MAX_VALUE;

  private Estimates(List<View> views, List<int[]> items, int most, Barred barred, int query) {
    this.views = views;
    this.items = items;
    this.most = most;
    this.barred = barred;
    this.query = query;
  }

  /**
   * Those of each query of a batch; the codes are read once for all of them.
   *
   * @param items of each view, rising
   * @param most kept of each query
   * @param barred what each query must not have
   */
  static List<Estimates> of(
      QueryBatch batch, List<View> views, List<int[]> items, int most, Barred barred) {
    List<Estimates> all =
        IntStream.range(0, batch.size())
            .mapToObj(q -> new Estimates(views, items, most, barred, q))
            .toList();
    LateScan exact = batch.scan();
    int place = 0;
    for (int v = 0; v < views.size(); v++) {
      look(batch, exact, views.get(v).segment(), items.get(v), place, all);
      place = Math.addExact(place, items.get(v).length);
    }
    all.forEach(Estimates::cut);
    return all;
  }

  private static void look(
      QueryBatch batch,
      LateScan exact,
      Segment segment,
      int[] items,
      int place,
      List<Estimates> into) {
    SegmentCodes codes = segment.codes();
    if (codes == null) { // small: its exact scores are their own estimates
      float[] scores = new float[items.length * batch.size()];
      exact.forward(segment.rows(), items, items.length, scores);
      add(scores, place, into);
      return;
    }
    CodeQuery coded = batch.coded(codes);
    Tasks.forEach(
        Math.ceilDiv(items.length, CHUNK),
        chunk -> {
          int from = chunk * CHUNK;
          int[] some = Arrays.copyOfRange(items, from, Math.min(from + CHUNK, items.length));
          float[] scores = new float[some.length * batch.size()];
          codes.estimate(coded, some, scores);
          add(scores, place + from, into);
        });
  }

  /**
   * @param scores {@code [items, queries]} of items at rising places
   */
  private static void add(float[] scores, int place, List<Estimates> into) {
    for (int q = 0; q < into.size(); q++) {
      into.get(q).add(scores, q, into.size(), place);
    }
  }

  private synchronized void add(float[] scores, int from, int step, int place) {
    for (int at = from, i = place; at < scores.length; at += step, i++) {
      long key = key(scores[at], i);
      if (key < worst && !barred.has(query, i)) {
        if (count == keys.length) {
          makeRoom();
        }
        keys[count++] = key;
      }
    }
  }

  private void makeRoom() {
    if (count >= 2L * most) {
      cut();
    } else {
      keys = Arrays.copyOf(keys, (int) Math.min(2L * most, 2L * count));
    }
  }

  /** Sorts, and keeps the best. */
  private synchronized void cut() {
    Arrays.sort(keys, 0, count);
    if (count >= most) {
      count = most;
      worst = keys[count - 1];
    }
  }

  private static long key(float score, int place) {
    return (long) ~turned(Float.floatToIntBits(score)) << Integer.SIZE | place;
  }

  /** Bits of floats in an order of ints, and back. */
  private static int turned(int bits) {
    return bits ^ bits >> 31 & Integer.MAX_VALUE;
  }

  int size() {
    return count;
  }

  /** Whether there may be items that are not here. */
  boolean isCut() {
    return count == most;
  }

  /** The i-th best estimate. */
  float score(int i) {
    return Float.intBitsToFloat(turned(~(int) (keys[i] >> Integer.SIZE)));
  }

  /** The i-th to the one before the j-th best, with their estimates as scores. */
  List<Hit> hits(int i, int j) {
    List<Hit> hits = new ArrayList<>();
    for (int at = i; at < j; at++) {
      int place = (int) keys[at];
      int v = 0;
      for (; place >= items.get(v).length; v++) {
        place -= items.get(v).length;
      }
      hits.add(new Hit(views.get(v).segment(), items.get(v)[place], score(at)));
    }
    return hits;
  }
}
