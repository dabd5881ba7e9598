package dev.filip.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Deals whole shards whose sizes nobody knows before they are opened: place p of lane l's course is
 * shard p * lanes + l of the whole, and epoch e is what lies from e * shards on. A course counts in
 * shards; a window is as many whole ones of one epoch as reach its size, which opens them.
 */
final class WholeDealing implements Dealing {
  private static final long ORDER = 5;
  private static final long WINDOW = 6;

  private final int source;
  private final LaneRules rules;
  private final int window;
  private final int shards;
  private final ShardPool pool;
  private final SkippedSamples skipped;

  /**
   * @param window units of a lane's window, at least
   */
  WholeDealing(
      SampleSource of,
      int source,
      LaneRules rules,
      int window,
      ShardPool pool,
      SkippedSamples skipped) {
    this.source = source;
    this.rules = rules;
    this.window = window;
    this.shards = of.shards();
    this.pool = pool;
    this.skipped = skipped;
  }

  @Override
  public long units() {
    return -1;
  }

  @Override
  public Window window(int lane, long at) {
    for (long from = at; from < at + shards; ) {
      Window found = next(lane, from);
      if (found.size() > 0) {
        return found;
      }
      from = found.next();
    }
    throw new DataStopped(
        "no shard of source " + source + " in data.train has a sample that can be used");
  }

  private Window next(int lane, long at) {
    long epoch = epoch(lane, at);
    int[] order = Keyed.permutation(shards, Keyed.stream(rules.seed(), ORDER, source, epoch));
    List<Window.Run> runs = new ArrayList<>();
    long units = 0;
    long p = at;
    for (; units < window && epoch(lane, p) == epoch; p++) {
      int shard = order[(int) ((p * rules.lanes() + lane) % shards)];
      Window.Run run = new Window.Run(shard, 0, units(shard));
      if (p == at && run.units() > 0) {
        ahead(lane, p + 1, p + Math.ceilDiv(window, run.units()), epoch, order);
      }
      runs.add(run);
      units += run.units();
    }
    return new Window(
        source,
        epoch,
        rules.group(),
        p,
        runs.toArray(Window.Run[]::new),
        Keyed.stream(rules.seed(), WINDOW, source, epoch, lane, at));
  }

  /** The shards after the first are probably as large, and are fetched side by side. */
  private void ahead(int lane, long from, long to, long epoch, int[] order) {
    for (long p = from; p < to && epoch(lane, p) == epoch; p++) {
      pool.ahead(source, order[(int) ((p * rules.lanes() + lane) % shards)]);
    }
  }

  private long epoch(int lane, long at) {
    return (at * rules.lanes() + lane) / shards;
  }

  private int units(int shard) {
    Integer size =
        skipped.attempt(
            "shard " + source + ":" + shard,
            () -> pool.with(source, shard, SampleSource.Shard::size));
    skipped.requireGoing();
    return size == null ? 0 : size / rules.group();
  }
}
