package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.image.Normalizer;
import dev.filip.io.BadInput;
import dev.filip.text.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An endless stream of training batches in an order that (seed, epoch) decides ({@link DataOrder}):
 * neither the number of workers nor their speed nor the number of ranks changes a bit. An epoch's
 * end may fall inside a batch. Used by one thread.
 */
public final class TrainFeed implements BatchFeed {
  private static final int MOST_POSTPONED_BATCHES = 16;
  private static final int WINDOW_THREADS = 8;

  /** How the units of a batch are found. */
  interface Batches {
    /** This rank's units of the next batch, in the order of their rows. */
    List<PairReader.Pairs> next();

    /** Where this rank stands. */
    Place places();

    /** The rank's first row within the first unit. */
    default int offset() {
      return 0;
    }
  }

  /** Where a rank stands. */
  interface Place {
    /** Where all ranks stand, which call this together. */
    Cursor cursor(RowShare share);
  }

  private final PipelineOptions options;
  private final Function<List<String>, TokenBatch> tokenizer;
  private final RowShare share;
  private final DataOrder order;
  private final Loader loader;
  private final ShardPool pool;
  private final ExecutorService windows;
  private final Normalizer normalizer;
  private final Batches batches;
  private Place place;

  /** Starts the workers of a run of one process. */
  public TrainFeed(
      List<WeightedSource> sources,
      PipelineOptions options,
      Function<List<String>, TokenBatch> tokenizer,
      @Nullable JsonNode start) {
    this(sources, options, tokenizer, start, RowShare.WHOLE);
  }

  /**
   * Starts the workers; with several ranks all do so together.
   *
   * @param tokenizer captions to one row each
   * @param start null for the beginning, or a {@link #cursor} of an earlier feed with the same
   *     sources and options
   */
  public TrainFeed(
      List<WeightedSource> sources,
      PipelineOptions options,
      Function<List<String>, TokenBatch> tokenizer,
      @Nullable JsonNode start,
      RowShare share) {
    BadInput.require(
        options.batch() % share.world() == 0,
        "batch",
        options.batch(),
        "a multiple of the " + share.world() + " processes of the run");
    BadInput.require(!sources.isEmpty(), "data.train", "nothing", "at least one source");
    this.options = options;
    this.tokenizer = tokenizer;
    this.share = share;
    Cursor cursor = start == null ? null : Cursor.of(start);
    this.order = DataOrder.of(List.copyOf(sources), options, cursor, share);
    this.normalizer = new Normalizer(options.preprocess());
    this.pool = new ShardPool(sources.stream().map(WeightedSource::source).toList());
    this.loader = new Loader(options.workers(), options.failures());
    this.windows = Executors.newFixedThreadPool(WINDOW_THREADS, Loader.named("filip-windows-"));
    this.batches = order.batches(loader, pool, windows);
    this.place = batches.places();
  }

  /** Samples of an epoch; counts sources where that was not done. */
  public static long samples(List<WeightedSource> sources, int group) {
    return DataOrder.samples(sources, group);
  }

  /** Samples an epoch holds: what {@code epochs} in a config counts; -1 where nobody counted. */
  public long samplesPerEpoch() {
    return order.samplesPerEpoch();
  }

  /** How the data is ordered, one line. */
  public String describe() {
    return order.describe();
  }

  /** Samples that could not be used so far. */
  public SkippedSamples skipped() {
    return loader.skipped();
  }

  @Override
  public String leftOut() {
    return loader.skipped().line();
  }

  @Override
  public JsonNode cursor() {
    return place.cursor(share).toJson();
  }

  @Override
  public Supplier<JsonNode> mark() {
    Place here = place;
    return () -> here.cursor(share).toJson();
  }

  /**
   * The next batch, or this rank's rows of it; waits until it is ready.
   *
   * @throws BadInput when no sample can be used, or too many share their captions
   * @throws DataStopped when so much fails that it is not the samples; on all ranks at once
   */
  @Override
  public TrainBatch next() {
    List<PairReader.Pair> pairs = new ArrayList<>();
    batches.next().forEach(unit -> pairs.addAll(unit.pairs()));
    int first = batches.offset();
    List<byte[]> images = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (var pair : pairs.subList(first, first + options.batch() / share.world())) {
      images.add(pair.rgb());
      texts.add(pair.caption());
      keys.add(pair.key());
    }
    place = batches.places();
    return new TrainBatch(new BytePixels(images, normalizer), tokenizer.apply(texts), texts, keys);
  }

  static void requireUseful(boolean useful, SkippedSamples skipped) {
    if (!useful) {
      throw new BadInput(
          "no sample of the training data can be used: "
              + skipped.counts()
              + ", such as "
              + skipped.example());
    }
  }

  /** Throws where so many units wait that it leads nowhere. */
  static void requireDistinct(int waiting, int met, PipelineOptions options) {
    int most = MOST_POSTPONED_BATCHES * options.batch() / options.unitRows();
    if (waiting > Math.max(most, 1000)) {
      throw new BadInput(
          "data.distinct: batch "
              + options.batch()
              + " needs samples with different captions, but "
              + (waiting == Integer.MAX_VALUE ? "too many" : waiting)
              + " wait for a batch without their captions (this one has met "
              + met
              + "): set data.distinct false or a smaller batch");
    }
  }

  /** Ends the workers; the sources stay open. */
  @Override
  public void close() {
    windows.shutdownNow();
    loader.close();
    pool.close();
  }
}
