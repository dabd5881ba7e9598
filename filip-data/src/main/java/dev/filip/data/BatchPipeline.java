package dev.filip.data;

import dev.filip.image.Normalizer;
import dev.filip.io.BadInput;
import dev.filip.text.TokenBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
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
 */
public final class BatchPipeline implements AutoCloseable {
  private static final int MOST_POSTPONED_BATCHES = 16;

  private final PipelineOptions options;
  private final Function<List<String>, TokenBatch> tokenizer;
  private final EpochPlan plan;
  private final UnitLoader loader;
  private final Normalizer normalizer;
  private final Skipped skipped = new Skipped();
  private final ExecutorService workers;
  private final Deque<Future<UnitLoader.Loaded>> ahead = new ArrayDeque<>();
  private final List<UnitLoader.Loaded> postponed = new ArrayList<>();
  private Cursor.Place submitted;
  private Cursor.Place next;

  /**
   * Starts the workers.
   *
   * @param tokenizer captions to one row each
   * @param start {@link Cursor#START}, or a {@link #cursor} of an earlier pipeline with the same
   *     sources and options
   */
  public BatchPipeline(
      List<WeightedSource> sources,
      PipelineOptions options,
      Function<List<String>, TokenBatch> tokenizer,
      Cursor start) {
    List<WeightedSource> all = List.copyOf(sources);
    BadInput.require(!all.isEmpty(), "data.train", "nothing", "at least one source");
    this.options = options;
    this.tokenizer = tokenizer;
    this.plan = new EpochPlan(all, options.group(), options.seed());
    this.loader = new UnitLoader(all, options, skipped);
    this.normalizer = new Normalizer(options.preprocess());
    for (Cursor.Place place : start.postponed()) {
      postponed.add(loader.load(place, plan.at(place)));
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
   * The next batch; waits until it is ready.
   *
   * @throws BadInput when no sample can be used, or too many share their captions
   */
  public TrainBatch next() {
    List<UnitLoader.Pair> pairs = new ArrayList<>(options.batch());
    Set<String> captions = new HashSet<>();
    for (Iterator<UnitLoader.Loaded> old = postponed.iterator();
        old.hasNext() && pairs.size() < options.batch(); ) {
      if (takes(old.next(), pairs, captions)) {
        old.remove();
      }
    }
    int useless = 0;
    while (pairs.size() < options.batch()) {
      UnitLoader.Loaded loaded = take();
      if (loaded.pairs() == null) {
        useless++;
        requireUseful(useless);
      } else if (!takes(loaded, pairs, captions)) {
        postponed.add(loaded);
        requireDistinct(captions.size());
      }
    }
    fill();
    return batch(pairs);
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
  private boolean takes(UnitLoader.Loaded unit, List<UnitLoader.Pair> pairs, Set<String> captions) {
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
    pairs.addAll(unit.pairs());
    return true;
  }

  private TrainBatch batch(List<UnitLoader.Pair> pairs) {
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
    try {
      UnitLoader.Loaded loaded = ahead.removeFirst().get();
      next = plan.after(loaded.place());
      return loaded;
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
      Cursor.Place place = submitted;
      EpochPlan.Unit unit = plan.at(place);
      ahead.addLast(workers.submit(() -> loader.load(place, unit)));
      submitted = plan.after(place);
    }
  }

  /** Ends the workers; the sources stay open. */
  @Override
  public void close() {
    workers.shutdownNow();
    ahead.clear();
  }
}
