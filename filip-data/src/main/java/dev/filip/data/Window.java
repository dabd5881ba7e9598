package dev.filip.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The units that a lane has at hand of a source: some runs of neighbours, whose units come in one
 * shuffled order. Holds four bytes a unit. Immutable.
 */
final class Window {
  /** Neighbouring units of a shard. */
  record Run(int shard, int from, int units) {}

  private final int source;
  private final long epoch;
  private final int group;
  private final long next;
  private final Run[] runs;
  private final int[] before;
  private final int[] order;

  /**
   * @param next where the lane's window after this one begins
   */
  Window(int source, long epoch, int group, long next, Run[] runs, SplittableRandom random) {
    this.source = source;
    this.epoch = epoch;
    this.group = group;
    this.next = next;
    this.runs = runs;
    this.before = new int[runs.length + 1];
    for (int r = 0; r < runs.length; r++) {
      before[r + 1] = Math.addExact(before[r], runs[r].units());
    }
    this.order = Keyed.permutation(before[runs.length], random);
  }

  /** Units. */
  int size() {
    return order.length;
  }

  long next() {
    return next;
  }

  /** The shards that it reads. */
  int[] shards() {
    return Arrays.stream(runs).mapToInt(Run::shard).distinct().toArray();
  }

  /** The unit at a position of its order. */
  Unit unit(int position) {
    int at = order[position];
    int found = Arrays.binarySearch(before, at);
    int r = found >= 0 ? found : -found - 2;
    while (runs[r].units() == 0) {
      r++; // an empty one begins where the next does
    }
    long first = (long) (runs[r].from() + at - before[r]) * group;
    return new Unit(source, runs[r].shard(), first, epoch, 0);
  }
}
