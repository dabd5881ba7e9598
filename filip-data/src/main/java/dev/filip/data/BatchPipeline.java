package dev.filip.data;

import dev.filip.image.Normalizer;
import dev.filip.io.BadInput;
import dev.filip.text.TokenBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * An endless stream of training batches. Worker threads prepare units some batches ahead; {@link
 * #next} puts them together in the order of the epoch's permutation, so that neither the number of
 * workers nor their speed changes a bit. An epoch's end may fall inside a batch.
 *
 * <p>A unit that cannot be used is counted in {@link #skipped} and the next one takes its place. A
 * unit whose captions meet one already in the batch (rule {@code distinct}) is postponed to the
 * next batch. Used by one thread.
 *
 * <p>Of a batch that ranks share ({@link RowShare}) a rank gets its rows and decodes no others, as
 * far as it can foresee which are its own: a broken image moves the rows behind it.
 */
public final class BatchPipeline implements AutoCloseable {
  private static final int MOST_POSTPONED_BATCHES = 16;

  private final PipelineOptions options;
  private final Function<List<String>, TokenBatch> tokenizer;
  private final RowShare share;
  private final EpochPlan plan;
  private final UnitLoader loader;
  private final Normalizer normalizer;
  private final Skipped skipped = new Skipped();
  private final ExecutorService workers;
  private final Deque<Future<UnitLoader.Loaded>> ahead = new ArrayDeque<>();
  private final List<UnitLoader.Loaded> postponed = new ArrayList<>();
  private final List<UnitLoader.Loaded> taken = new ArrayList<>();
  private final Set<Cursor.Place> found = new LinkedHashSet<>();
  private final Set<Cursor.Place> told = new HashSet<>();
  private Cursor.Place submitted;
  private Cursor.Place next;
  private int filled;

  /** Starts the workers of a run of one process. */
  public BatchPipeline(
      List<WeightedSource> sources,
      PipelineOptions options,
      Function<List<String>, TokenBatch> tokenizer,
      Cursor start) {
    this(sources, options, tokenizer, start, RowShare.WHOLE);
  }

  /**
   * Starts the workers.
   *
   * @param tokenizer captions to one row each
   * @param start {@link Cursor#START}, or a {@link #cursor} of an earlier pipeline with the same
   *     sources and options; it does not depend on the number of ranks
   */
  public BatchPipeline(
      List<WeightedSource> sources,
      PipelineOptions options,
      Function<List<String>, TokenBatch> tokenizer,
      Cursor start,
      RowShare share) {
    BadInput.require(
        options.batch() % share.world() == 0,
        "batch",
        options.batch(),
        "a multiple of the " + share.world() + " processes of the run");
    List<WeightedSource> all = List.copyOf(sources);
    BadInput.require(!all.isEmpty(), "data.train", "nothing", "at least one source");
    this.options = options;
    this.tokenizer = tokenizer;
    this.share = share;
    this.plan = new EpochPlan(all, options.group(), options.seed());
    this.loader = new UnitLoader(all, options, skipped);
    this.normalizer = new Normalizer(options.preprocess());
    for (Cursor.Place place : start.postponed()) {
      postponed.add(loader.load(place, plan.at(place), UnitLoader.Depth.IMAGES));
    }
    this.submitted = start.next();
    this.next = start.next();
    this.workers = Executors.newFixedThreadPool(options.workers(), named());
  }

  private static ThreadFactory named() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "filip-data-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Samples an epoch holds: what {@code epochs} in a config counts. */
  public long samplesPerEpoch() {
    return (long) plan.size() * options.group();
  }

  /** Samples that could not be used so far. */
  public Skipped skipped() {
    return skipped;
  }

  /** Where the batch after the last one returned begins. */
  public Cursor cursor() {
    return new Cursor(next, postponed.stream().map(UnitLoader.Loaded::place).toList());
  }

  /**
   * The next batch, or this rank's rows of it; waits until it is ready.
   *
   * @throws BadInput when no sample can be used, or too many share their captions
   */
  public TrainBatch next() {
    while (true) {
      Cursor.Place start = next;
      List<UnitLoader.Loaded> before = List.copyOf(postponed);
      taken.clear();
      List<UnitLoader.Loaded> units = units();
      if (share.world() > 1) {
        decodeOwn(units);
        List<Cursor.Place> broken = share.broken(List.copyOf(found));
        found.clear();
        if (!broken.isEmpty()) {
          rewind(start, before, broken);
          continue;
        }
        told.clear();
      }
      filled = postponed.size() * options.group();
      fill();
      return batch(units);
    }
  }

  /** The units of a batch in the order of their rows. */
  private List<UnitLoader.Loaded> units() {
    int wanted = options.batch() / options.group();
    List<UnitLoader.Loaded> units = new ArrayList<>(wanted);
    Set<String> captions = new HashSet<>();
    for (Iterator<UnitLoader.Loaded> old = postponed.iterator();
        old.hasNext() && units.size() < wanted; ) {
      if (takes(old.next(), units, captions)) {
        old.remove();
      }
    }
    int useless = 0;
    while (units.size() < wanted) {
      filled = units.size() * options.group();
      UnitLoader.Loaded loaded = take();
      if (loaded.pairs() == null) {
        useless++;
        requireUseful(useless);
      } else if (!takes(loaded, units, captions)) {
        postponed.add(loaded);
        requireDistinct(captions.size());
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
    return row < first + options.batch() / share.world() && row + options.group() > first;
  }

  /** Decodes what was not foreseen to be this rank's. */
  private void decodeOwn(List<UnitLoader.Loaded> units) {
    Map<Integer, Future<UnitLoader.Loaded>> missing = new LinkedHashMap<>();
    for (int i = 0; i < units.size(); i++) {
      UnitLoader.Loaded unit = units.get(i);
      if (unit.depth() == UnitLoader.Depth.CAPTIONS && isOwn(i * options.group())) {
        missing.put(i, submit(unit.place(), UnitLoader.Depth.IMAGES));
      }
    }
    missing.forEach((i, future) -> {
      UnitLoader.Loaded unit = await(future);
      units.set(i, unit);
      note(unit);
    });
  }

  private void note(UnitLoader.Loaded unit) {
    if (unit.pairs() == null && !told.contains(unit.place())) {
      found.add(unit.place());
    }
  }

  /** Puts a batch back, without what some rank could not use. */
  private void rewind(
      Cursor.Place start, List<UnitLoader.Loaded> before, List<Cursor.Place> broken) {
    told.addAll(broken);
    for (UnitLoader.Loaded unit : taken.reversed()) {
      ahead.addFirst(CompletableFuture.completedFuture(unit));
    }
    postponed.clear();
    before.forEach(unit -> postponed.add(unless(unit)));
    next = start;
  }

  /** The unit, unless some rank could not use it. */
  private UnitLoader.Loaded unless(UnitLoader.Loaded unit) {
    if (unit.pairs() == null || !told.contains(unit.place())) {
      return unit;
    }
    // once more here, so that this rank, too, counts it with its reason
    var again = loader.load(unit.place(), plan.at(unit.place()), UnitLoader.Depth.IMAGES);
    return new UnitLoader.Loaded(again.place(), again.depth(), null);
  }

  private void requireUseful(int useless) {
    if (useless > plan.size()) {
      throw new BadInput(
          "no sample of the training data can be used: "
              + skipped.counts()
              + ", such as "
              + skipped.example());
    }
  }

  private void requireDistinct(int met) {
    int most = MOST_POSTPONED_BATCHES * options.batch() / options.group();
    if (postponed.size() > Math.max(most, 1000)) {
      throw new BadInput(
          "data.distinct: batch "
              + options.batch()
              + " needs samples with different captions, but "
              + postponed.size()
              + " in a row repeat the "
              + met
              + " met so far: set data.distinct false or a smaller batch");
    }
  }

  /** Adds the unit unless a caption of it is there already. */
  private boolean takes(
      UnitLoader.Loaded unit, List<UnitLoader.Loaded> units, Set<String> captions) {
    if (unit.pairs() == null) {
      return true; // a postponed unit that can no longer be read: gone
    }
    if (options.distinct()) {
      Set<String> own = new HashSet<>();
      for (UnitLoader.Pair pair : unit.pairs()) {
        pair.allCaptions().forEach(c -> own.add(UnitLoader.comparable(c)));
      }
      if (own.stream().anyMatch(captions::contains)) {
        return false;
      }
      captions.addAll(own);
    }
    units.add(unit);
    return true;
  }

  private TrainBatch batch(List<UnitLoader.Loaded> units) {
    List<UnitLoader.Pair> all = new ArrayList<>(options.batch());
    for (UnitLoader.Loaded unit : units) {
      all.addAll(Objects.requireNonNull(unit.pairs()));
    }
    int each = options.batch() / share.world();
    List<UnitLoader.Pair> pairs = all.subList(firstRow(), firstRow() + each);
    List<byte[]> images = new ArrayList<>(pairs.size());
    List<String> texts = new ArrayList<>(pairs.size());
    List<String> keys = new ArrayList<>(pairs.size());
    for (UnitLoader.Pair pair : pairs) {
      images.add(pair.rgb());
      texts.add(pair.caption());
      keys.add(pair.key());
    }
    return new TrainBatch(new BytePixels(images, normalizer), tokenizer.apply(texts), texts, keys);
  }

  private UnitLoader.Loaded take() {
    fill();
    UnitLoader.Loaded loaded = unless(await(ahead.removeFirst()));
    next = plan.after(loaded.place());
    if (share.world() > 1) {
      taken.add(loaded);
      note(loaded);
    }
    return loaded;
  }

  private static UnitLoader.Loaded await(Future<UnitLoader.Loaded> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a data worker failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for data", e);
    }
  }

  /** Gives the workers what lies ahead, not more than the bounds. */
  private void fill() {
    int most = options.unitsAhead();
    while (ahead.size() < most) {
      long row = filled + (long) ahead.size() * options.group();
      boolean own = isOwn((int) (row % options.batch()));
      ahead.addLast(submit(submitted, own ? UnitLoader.Depth.IMAGES : UnitLoader.Depth.CAPTIONS));
      submitted = plan.after(submitted);
    }
  }

  private Future<UnitLoader.Loaded> submit(Cursor.Place place, UnitLoader.Depth depth) {
    EpochPlan.Unit unit = plan.at(place);
    return workers.submit(() -> loader.load(place, unit, depth));
  }

  /** Ends the workers; the sources stay open. */
  @Override
  public void close() {
    workers.shutdownNow();
    ahead.clear();
  }
}
