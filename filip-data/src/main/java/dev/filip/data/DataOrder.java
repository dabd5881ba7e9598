package dev.filip.data;

import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a run sees its data. What fits in one window is one permutation of all units,
 * another each epoch ({@link EpochPlan}). Anything larger goes in lanes: the shards of each source
 * are shuffled anew in each of its epochs and dealt to a fixed number of lanes ({@link Dealing}), a
 * lane shuffles the units of some shards at a time, its window, and a batch takes equal rows of
 * every lane. In memory is the window, not the data.
 */
final class DataOrder {
  /**
   * A single source of so many shards that nobody has counted is not counted first: it is taken for
   * larger than a window.
   */
  static final int MANY_SHARDS = 64;

  private final List<WeightedSource> sources;
  private final PipelineOptions options;
  private final RowShare share;
  private final @Nullable Cursor start;

  /** Of each source whether it is dealt by counts; null for one permutation. */
  private final @Nullable List<Boolean> counted;

  private final @Nullable EpochPlan plan;

  private DataOrder(
      List<WeightedSource> sources,
      PipelineOptions options,
      RowShare share,
      @Nullable Cursor start,
      @Nullable List<Boolean> counted) {
    this.sources = sources;
    this.options = options;
    this.share = share;
    this.start = start;
    this.counted = counted;
    this.plan = counted == null ? new EpochPlan(sources, options.group(), options.seed()) : null;
  }

  /** That of a cursor, or for a new run what the first rank's sizes ask for. */
  static DataOrder of(
      List<WeightedSource> sources,
      PipelineOptions options,
      @Nullable Cursor start,
      RowShare share) {
    List<Boolean> counted =
        switch (start) {
          case null -> agreed(choose(sources, options), sources.size(), share);
          case Cursor.InOrder _ -> null;
          case Cursor.InLanes lanes -> lanes.counted();
        };
    for (int s = 0; s < sources.size(); s++) {
      if (counted == null || counted.get(s)) {
        sources.get(s).source().size(); // counts where that was not done
      }
    }
    if (counted != null) {
      requireLanes(options, share.world());
    }
    return new DataOrder(sources, options, share, start, counted);
  }

  private static void requireLanes(PipelineOptions options, int world) {
    int lanes = options.lanes();
    BadInput.require(
        lanes % world == 0,
        "data.lanes",
        lanes,
        "a multiple of the " + world + " processes of the run");
  }

  private static @Nullable List<Boolean> choose(
      List<WeightedSource> sources, PipelineOptions options) {
    boolean shares = sources.size() > 1 && sources.getFirst().share() > 0;
    List<Boolean> counted = new ArrayList<>();
    for (WeightedSource source : sources) {
      boolean streams =
          shares || sources.size() == 1 && source.source().shards() >= options.lanes();
      if (!source.source().counted() && !streams) {
        source.source().size();
      }
      counted.add(source.source().counted());
    }
    if (shares || counted.contains(false)) {
      return counted;
    }
    return samples(sources, options.group()) <= options.window() ? null : counted;
  }

  /** The first rank's choice, as another machine may have counted what this one has not. */
  private static @Nullable List<Boolean> agreed(
      @Nullable List<Boolean> own, int sources, RowShare share) {
    long[] packed = new long[sources];
    for (int s = 0; s < sources; s++) {
      packed[s] = own == null ? -1 : own.get(s) ? 1 : 0;
    }
    long[] first = share.gather(packed)[0];
    if (first[0] < 0) {
      return null;
    }
    List<Boolean> counted = new ArrayList<>();
    for (long said : first) {
      counted.add(said == 1);
    }
    return counted;
  }

  /** Samples of an epoch of counted sources. */
  static long samples(List<WeightedSource> sources, int group) {
    long units = 0;
    for (WeightedSource source : sources) {
      long whole = source.source().size() / group;
      units += Math.round(source.weight() * whole);
    }
    return units * group;
  }

  /** Samples of an epoch, or -1 where some source is not counted. */
  long samplesPerEpoch() {
    return counted != null && counted.contains(false) ? -1 : samples(sources, options.group());
  }

  /** One line. */
  String describe() {
    if (counted == null) {
      return String.format(
          Locale.ROOT, "order: one permutation of %,d samples an epoch", samplesPerEpoch());
    }
    return String.format(
        Locale.ROOT,
        "order: %s in %d lanes, shuffled within windows of %,d samples",
        counted.contains(false)
            ? "shards not counted"
            : String.format(Locale.ROOT, "%,d samples an epoch", samplesPerEpoch()),
        options.lanes(),
        options.window());
  }

  /** Begins to find batches. */
  TrainFeed.Batches batches(Loader loader, ShardPool pool, ExecutorService windows) {
    if (counted == null) {
      PairReader reader = new PairReader(sources, options, pool, true);
      return new PermutedBatches(
          Objects.requireNonNull(plan),
          options,
          loader,
          reader,
          start instanceof Cursor.InOrder order ? order : Cursor.InOrder.START,
          share);
    }
    return new LaneBatches(options, share, counted, lanes(counted, loader, pool, windows));
  }

  private List<Lane> lanes(
      List<Boolean> dealt, Loader loader, ShardPool pool, ExecutorService windows) {
    LaneRules rules = new LaneRules(options.seed(), options.lanes(), options.group(), shares());
    List<Dealing> dealings = new ArrayList<>();
    for (int s = 0; s < sources.size(); s++) {
      SampleSource source = sources.get(s).source();
      double units = options.window() * rules.shares()[s] / options.group();
      int window = (int) Math.clamp(Math.ceil(units / options.lanes()), 1, 1 << 30);
      dealings.add(
          dealt.get(s)
              ? new CountedDealing(source, s, rules, window)
              : new WholeDealing(source, s, rules, window, pool, loader.skipped()));
    }
    PairReader reader = new PairReader(sources, options.withCache(0), pool, false);
    int each = options.lanes() / share.world();
    List<Lane> own = new ArrayList<>();
    for (int l = share.rank() * each; l < (share.rank() + 1) * each; l++) {
      own.add(new Lane(l, rules, dealings, loader, reader, pool, windows, place(l)));
    }
    return own;
  }

  private Cursor.LanePlace place(int lane) {
    if (!(start instanceof Cursor.InLanes at)) {
      return Cursor.LanePlace.start(sources.size());
    }
    BadInput.require(
        at.lanes().size() == options.lanes(),
        "data.lanes",
        options.lanes(),
        "the run's " + at.lanes().size());
    return at.lanes().get(lane);
  }

  /** Of the units drawn, by what is told or by size x weight. */
  private double[] shares() {
    double[] shares = new double[sources.size()];
    double all = 0;
    for (int s = 0; s < shares.length; s++) {
      WeightedSource source = sources.get(s);
      if (shares.length == 1) {
        shares[s] = 1;
      } else if (source.share() > 0) {
        shares[s] = source.share();
      } else {
        long whole = source.source().size() / options.group();
        shares[s] = source.weight() * whole;
      }
      all += shares[s];
    }
    for (int s = 0; s < shares.length; s++) {
      shares[s] /= all;
    }
    return shares;
  }
}
