package dev.filip.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Deals by counts: the units of an epoch, in the order of its shuffled shards, are cut into as many
 * stretches as there are lanes, which differ by one unit at most. Place p of lane l's course is
 * place p * lanes + l of the whole, and epoch e is what lies from e * units on: so epochs end at
 * the same time in all lanes, and a shard is in two lanes only where a cut goes through it. A
 * course counts in units. A shard larger than a window is read in stretches, one window after the
 * other.
 */
final class CountedDealing implements Dealing {
  private static final long ORDER = 5;
  private static final long WINDOW = 6;

  private final LaneRules rules;
  private final int source;
  private final int[] units;
  private final long all;
  private final int window;
  private Order order;
  private Order before;

  /** The shards of an epoch in their order, and how many units lie before each. */
  private record Order(long epoch, int[] shards, long[] starts) {}

  /**
   * @param window units of a lane's window, at least
   */
  CountedDealing(SampleSource of, int source, LaneRules rules, int window) {
    this.rules = rules;
    this.source = source;
    this.window = window;
    this.units = new int[of.shards()];
    long sum = 0;
    for (int s = 0; s < units.length; s++) {
      units[s] = Math.max(0, of.size(s)) / rules.group();
      sum += units[s];
    }
    this.all = sum;
    this.order = order(0);
    this.before = order;
  }

  @Override
  public long units() {
    return all;
  }

  private Order order(long epoch) {
    int[] shards =
        Keyed.permutation(units.length, Keyed.stream(rules.seed(), ORDER, source, epoch));
    long[] starts = new long[shards.length + 1];
    for (int i = 0; i < shards.length; i++) {
      starts[i + 1] = starts[i] + units[shards[i]];
    }
    return new Order(epoch, shards, starts);
  }

  /** Lanes are in the same epoch or in neighbours of it: two orders are kept. */
  private synchronized Order of(long epoch) {
    if (order.epoch() != epoch) {
      Order other = before;
      before = order;
      order = other.epoch() == epoch ? other : order(epoch);
    }
    return order;
  }

  @Override
  public Window window(int lane, long at) {
    long epoch = Math.floorDiv(at * rules.lanes() + lane, all);
    long done = at - first(lane, epoch);
    long begin = 0;
    for (int l = 0; l < lane; l++) {
      begin += first(l, epoch + 1) - first(l, epoch);
    }
    long end = begin + first(lane, epoch + 1) - first(lane, epoch);
    return window(lane, at, of(epoch), begin + done, end);
  }

  /** A lane's first place of an epoch. */
  private long first(int lane, long epoch) {
    return Math.ceilDiv(epoch * all - lane, (long) rules.lanes());
  }

  private Window window(int lane, long at, Order of, long begin, long end) {
    List<Window.Run> runs = new ArrayList<>();
    int found = Arrays.binarySearch(of.starts(), begin);
    int r = found >= 0 ? found : -found - 2;
    long u = begin;
    while (u < end && u - begin < window) {
      int from = (int) (u - of.starts()[r]);
      long rest = Math.min(of.starts()[r + 1], end) - u;
      int count = (int) Math.min(rest, window); // a larger shard goes on in the next window
      if (count > 0) {
        runs.add(new Window.Run(of.shards()[r], from, count));
      }
      u += count;
      r += count == rest ? 1 : 0;
    }
    return new Window(
        source,
        of.epoch(),
        rules.group(),
        at + u - begin,
        runs.toArray(Window.Run[]::new),
        Keyed.stream(rules.seed(), WINDOW, source, of.epoch(), lane, at));
  }
}
