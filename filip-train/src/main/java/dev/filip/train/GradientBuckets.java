package dev.filip.train;

import dev.filip.optim.FlatParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which buckets of the flat gradient are whole while a backward pass still runs. A bucket is whole
 * when each shard has added to each of its parameters as often as in the first sweep, which only
 * watches; a parameter that got nothing there (it may get something later) is whole at the end.
 * Whole buckets are given out in one agreed order, so that all ranks sum them alike, whatever is
 * ready first. Thread-safe.
 */
final class GradientBuckets {
  /** Elements {@code from} to {@code from + count} of the flat gradient. */
  record Bucket(long from, long count) {}

  private final List<Bucket> buckets = new ArrayList<>();
  private final int[] bucketOf;
  private final int[] open;
  private final int[] last;
  private final List<int[]> seen = new ArrayList<>();
  private final List<int[]> expected = new ArrayList<>();
  private final List<Boolean> running = new ArrayList<>();
  private int[] order;
  private int given;
  private int arrivals;

  /**
   * @param most elements of a bucket of more than one parameter
   */
  GradientBuckets(List<FlatParameters.Slot> slots, long most) {
    bucketOf = new int[slots.size()];
    long from = 0;
    for (int i = 0; i < bucketOf.length; i++) {
      FlatParameters.Slot slot = slots.get(i);
      if (slot.offset() > from && slot.offset() + slot.size() - from > most) {
        buckets.add(new Bucket(from, slot.offset() - from));
        from = slot.offset();
      }
      bucketOf[i] = buckets.size();
    }
    FlatParameters.Slot end = slots.getLast();
    buckets.add(new Bucket(from, end.offset() + end.size() - from));
    open = new int[buckets.size()];
    last = new int[buckets.size()];
    order = IntStream.range(0, open.length).toArray();
  }

  /** All of them, by their place. */
  List<Bucket> all() {
    return List.copyOf(buckets);
  }

  /** One more thread that adds to a gradient of its own; before the first sweep. */
  synchronized int addShard() {
    seen.add(new int[bucketOf.length]);
    expected.add(new int[bucketOf.length]);
    running.add(false);
    return seen.size() - 1;
  }

  /** A backward pass begins. */
  synchronized void begin() {
    given = 0;
    arrivals = 0;
    Arrays.fill(open, 0);
    Arrays.fill(last, 0);
    for (int shard = 0; shard < seen.size(); shard++) {
      Arrays.fill(seen.get(shard), 0);
      running.set(shard, true);
      for (int bucket : bucketOf) {
        open[bucket]++;
      }
    }
  }

  /**
   * A shard has added to a parameter.
   *
   * @throws IllegalStateException when the parameter was taken for whole: its sum would be wrong
   */
  synchronized void added(int shard, int slot) {
    int now = ++seen.get(shard)[slot];
    int most = expected.get(shard)[slot];
    if (most > 0 && now > most) {
      throw new IllegalStateException(
          "parameter " + slot + " got " + now + " gradients in a sweep, " + most + " before");
    }
    int bucket = bucketOf[slot];
    last[bucket] = ++arrivals;
    if (now == most) {
      open[bucket]--;
    }
  }

  /** A shard adds nothing more in this sweep. */
  synchronized void ended(int shard) {
    if (!running.set(shard, false)) {
      return;
    }
    int[] got = seen.get(shard);
    int[] most = expected.get(shard);
    for (int slot = 0; slot < got.length; slot++) {
      if (most[slot] == 0 || got[slot] < most[slot]) {
        open[bucketOf[slot]]--;
      }
    }
  }

  /** Buckets, by number, that are whole and whose turn it is; each is given once a sweep. */
  synchronized int[] whole() {
    int from = given;
    while (given < order.length && open[order[given]] == 0) {
      given++;
    }
    return Arrays.copyOfRange(order, from, given);
  }

  /**
   * Learns from a sweep that has ended what to wait for in the next.
   *
   * @return the order in which buckets got their last gradient, those that wait for the end last
   */
  synchronized int[] learn() {
    for (int shard = 0; shard < seen.size(); shard++) {
      int[] got = seen.get(shard);
      expected.set(shard, got.clone());
      for (int slot = 0; slot < got.length; slot++) {
        if (got[slot] == 0) {
          last[bucketOf[slot]] = Integer.MAX_VALUE;
        }
      }
    }
    return IntStream.range(0, last.length)
        .boxed()
        .sorted(Comparator.comparingInt(bucket -> last[bucket]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** From the next sweep on buckets are given in this order, the same on every rank. */
  synchronized void agree(int[] turns) {
    if (!Arrays.equals(
        Arrays.stream(turns).sorted().toArray(), IntStream.range(0, open.length).toArray())) {
      throw new IllegalArgumentException(
          "an order of " + open.length + " buckets is needed, got " + Arrays.toString(turns));
    }
    order = turns.clone();
  }
}
