package dev.filip.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Batches in the order of one permutation of an epoch, for data that fits in one window.
 *
 * <p>A unit that cannot be used is left out and the next one takes its place. A unit whose captions
 * meet one already in the batch (rule {@code distinct}) is postponed to the next batch.
 *
 * <p>Of a batch that ranks share ({@link RowShare}) a rank gets its rows and decodes no others, as
 * far as it can foresee which are its own: a broken image moves the rows behind it, which ranks
 * tell each other.
 */
final class PermutedBatches implements TrainFeed.Batches {
  /** A unit as it was read; null where it cannot be used. */
  private record Taken(Cursor.Place place, boolean images, PairReader.@Nullable Pairs pairs) {}

  private final PipelineOptions options;
  private final RowShare share;
  private final EpochPlan plan;
  private final Loader loader;
  private final PairReader reader;
  private final Deque<Future<Taken>> ahead = new ArrayDeque<>();
  private final List<Taken> postponed = new ArrayList<>();
  private final List<Taken> taken = new ArrayList<>();
  private final Set<Cursor.Place> found = new LinkedHashSet<>();
  private final Set<Cursor.Place> told = new HashSet<>();
  private Cursor.Place submitted;
  private Cursor.Place next;
  private int filled;

  PermutedBatches(
      EpochPlan plan,
      PipelineOptions options,
      Loader loader,
      PairReader reader,
      Cursor.InOrder start,
      RowShare share) {
    this.options = options;
    this.share = share;
    this.plan = plan;
    this.loader = loader;
    this.reader = reader;
    for (Cursor.Place place : start.postponed()) {
      postponed.add(load(place, plan.at(place), true));
    }
    this.submitted = start.next();
    this.next = start.next();
  }

  @Override
  public TrainFeed.Place places() {
    var here = new Cursor.InOrder(next, postponed.stream().map(Taken::place).toList());
    return _ -> here; // every rank knows it
  }

  @Override
  public List<PairReader.Pairs> next() {
    while (true) {
      Cursor.Place start = next;
      List<Taken> before = List.copyOf(postponed);
      taken.clear();
      List<Taken> units;
      try {
        units = units();
        decodeOwn(units);
      } catch (DataStopped e) {
        tell(true);
        throw e;
      }
      List<Cursor.Place> broken = tell(false);
      if (!broken.isEmpty()) {
        rewind(start, before, broken);
        continue;
      }
      told.clear();
      filled = postponed.size() * options.unitRows();
      fill();
      return own(units);
    }
  }

  /** The units that this rank's rows lie in. */
  private List<PairReader.Pairs> own(List<Taken> units) {
    List<PairReader.Pairs> own = new ArrayList<>();
    for (int i = 0; i < units.size(); i++) {
      PairReader.Pairs pairs = units.get(i).pairs();
      if (pairs != null && isOwn(i * options.unitRows())) {
        own.add(pairs);
      }
    }
    return own;
  }

  @Override
  public int offset() {
    return firstRow() % options.unitRows();
  }

  /**
   * Tells the others which units this rank could not use, and gives those of all ranks.
   *
   * @throws DataStopped when another rank has failed
   */
  private List<Cursor.Place> tell(boolean failed) {
    if (share.world() == 1) {
      return List.of();
    }
    long[] own =
        LongStream.concat(
                LongStream.of(failed ? 1 : 0),
                found.stream().flatMapToLong(p -> LongStream.of(p.epoch(), p.position())))
            .toArray();
    long[][] all = share.gather(own);
    found.clear();
    Set<Cursor.Place> places = new LinkedHashSet<>();
    boolean anyFailed = false;
    for (long[] rank : all) {
      anyFailed |= rank[0] != 0;
      for (int i = 1; i < rank.length; i += 2) {
        places.add(new Cursor.Place(rank[i], (int) rank[i + 1]));
      }
    }
    if (anyFailed && !failed) {
      throw new DataStopped(DataStopped.ELSEWHERE);
    }
    return List.copyOf(places);
  }

  /** The units of a batch in the order of their rows. */
  private List<Taken> units() {
    int wanted = options.batch() / options.unitRows();
    List<Taken> units = new ArrayList<>(wanted);
    Set<Long> texts = new HashSet<>();
    for (Iterator<Taken> old = postponed.iterator(); old.hasNext() && units.size() < wanted; ) {
      if (takes(old.next(), units, texts)) {
        old.remove();
      }
    }
    int useless = 0;
    while (units.size() < wanted) {
      filled = units.size() * options.unitRows();
      Taken unit = take();
      if (unit.pairs() == null) {
        useless++;
        TrainFeed.requireUseful(useless <= plan.size(), loader.skipped());
      } else if (!takes(unit, units, texts)) {
        postponed.add(unit);
        TrainFeed.requireDistinct(postponed.size(), texts.size(), options);
      }
    }
    return units;
  }

  private int firstRow() {
    return options.batch() / share.world() * share.rank();
  }

  /** Whether rows of a unit that begins at this one are this rank's. */
  private boolean isOwn(int row) {
    int first = firstRow();
    return row < first + options.batch() / share.world() && row + options.unitRows() > first;
  }

  /** Decodes what was not foreseen to be this rank's. */
  private void decodeOwn(List<Taken> units) {
    Map<Integer, Future<Taken>> missing = new LinkedHashMap<>();
    for (int i = 0; i < units.size(); i++) {
      Taken unit = units.get(i);
      if (!unit.images() && isOwn(i * options.unitRows())) {
        missing.put(i, submit(unit.place(), true));
      }
    }
    missing.forEach((i, future) -> {
      Taken unit = loader.await(future);
      units.set(i, unit);
      note(unit);
    });
  }

  private void note(Taken unit) {
    if (share.world() > 1 && unit.pairs() == null && !told.contains(unit.place())) {
      found.add(unit.place());
    }
  }

  /** Puts a batch back, without what some rank could not use. */
  private void rewind(Cursor.Place start, List<Taken> before, List<Cursor.Place> broken) {
    told.addAll(broken);
    putBack(start, before.stream().map(this::unless).toList());
  }

  private void putBack(Cursor.Place start, List<Taken> before) {
    for (Taken unit : taken.reversed()) {
      ahead.addFirst(CompletableFuture.completedFuture(unit));
    }
    taken.clear();
    postponed.clear();
    postponed.addAll(before);
    next = start;
  }

  /** The unit, unless some rank could not use it. */
  private Taken unless(Taken unit) {
    if (unit.pairs() == null || !told.contains(unit.place())) {
      return unit;
    }
    // once more here, so that this rank, too, counts it with its reason
    load(unit.place(), plan.at(unit.place()), true);
    return new Taken(unit.place(), true, null);
  }

  /** Adds the unit unless a caption of it is there already. */
  private boolean takes(Taken unit, List<Taken> units, Set<Long> texts) {
    if (unit.pairs() == null) {
      return true; // a postponed unit that can no longer be read: gone
    }
    if (options.distinct()) {
      long[] own = unit.pairs().texts();
      if (LongStream.of(own).anyMatch(texts::contains)) {
        return false;
      }
      LongStream.of(own).forEach(texts::add);
    }
    units.add(unit);
    return true;
  }

  private Taken take() {
    fill();
    Taken unit = unless(loader.await(ahead.removeFirst()));
    next = plan.after(unit.place());
    taken.add(unit);
    note(unit);
    return unit;
  }

  /** Gives the workers what lies ahead, not more than the bounds. */
  private void fill() {
    int most = options.unitsAhead();
    while (ahead.size() < most) {
      long row = filled + (long) ahead.size() * options.unitRows();
      ahead.addLast(submit(submitted, isOwn((int) (row % options.batch()))));
      submitted = plan.after(submitted);
    }
  }

  private Future<Taken> submit(Cursor.Place place, boolean images) {
    Unit unit = plan.at(place); // on this thread, which never goes back by more than an epoch
    return loader.submit(() -> load(place, unit, images));
  }

  private Taken load(Cursor.Place place, Unit unit, boolean images) {
    PairReader.Pairs pairs =
        loader.skipped().attempt(unit.name(0), () -> reader.read(unit, images));
    return new Taken(place, images || pairs == null, pairs);
  }
}
