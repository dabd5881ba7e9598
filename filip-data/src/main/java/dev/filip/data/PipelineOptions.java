package dev.filip.data;

import dev.filip.config.DataConfig;
import dev.filip.config.RunConfig;
import dev.filip.image.Augmentation;
import dev.filip.image.DecodeOptions;
import dev.filip.image.Preprocess;
import dev.filip.io.BadInput;

/**
 * How batches are made.
 *
 * @param batch pairs in a batch, b
 * @param group consecutive samples of a source that stay together in a batch, 1 for none
 * @param captions rows that a sample fills, each with another of its captions
 * @param distinct no two samples of a batch share a caption (samples of one group may)
 * @param workers threads that read, decode and augment; their number changes no result
 * @param prefetch batches prepared ahead, fewer where memory would not hold them
 * @param cacheBytes most memory for decoded images kept from epoch to epoch; 0 for none
 * @param lanes among which shards are dealt where the data is larger than a window; divides the
 *     units of a batch
 * @param window samples that are shuffled together; data that is no larger has one permutation
 * @param failures when samples that cannot be used end a run
 */
public record PipelineOptions(
    int batch,
    int group,
    int captions,
    boolean distinct,
    long seed,
    int workers,
    int prefetch,
    long cacheBytes,
    Preprocess preprocess,
    Augmentation augmentation,
    DecodeOptions decoding,
    int lanes,
    long window,
    FailureRules failures) {
  /** {@code data.window} where nothing is said: with its images 10 GB at 40 kB each. */
  public static final long WINDOW = 1 << 18;

  private static final int LANES = 8;
  private static final long MOST_AHEAD = 512L << 20;

  public PipelineOptions {
    BadInput.require(group >= 1, "data.group", group, ">= 1");
    BadInput.require(
        batch >= 1 && batch % group == 0, "batch", batch, "a multiple of data.group " + group);
    BadInput.require(captions >= 1, "data.captions_per_image", captions, ">= 1");
    int rows = group * captions;
    BadInput.require(
        batch % rows == 0,
        "batch",
        batch,
        "a multiple of data.group x data.captions_per_image " + rows);
    BadInput.require(
        lanes >= 1 && batch / rows % lanes == 0,
        "data.lanes",
        lanes,
        "a divisor of batch / data.group"
            + (captions == 1 ? " " : " / data.captions_per_image ")
            + batch / rows);
    BadInput.require(window >= 1, "data.window", window, ">= 1");
    BadInput.require(workers >= 1, "workers", workers, ">= 1");
    BadInput.require(prefetch >= 1, "prefetch", prefetch, ">= 1");
    BadInput.require(cacheBytes >= 0, "cache", cacheBytes, ">= 0");
  }

  /**
   * Two batches ahead; for decoded images a quarter of the largest heap, less where the batches
   * need it.
   */
  public static PipelineOptions of(
      int batch, long seed, int workers, Preprocess preprocess, Augmentation augmentation) {
    long heap = Runtime.getRuntime().maxMemory();
    long images = 2L * batch * bytes(preprocess);
    return new PipelineOptions(
        batch,
        1,
        1,
        false,
        seed,
        workers,
        2,
        Math.max(0, Math.min(heap / 4, heap / 2 - images)),
        preprocess,
        augmentation,
        DecodeOptions.DEFAULT,
        lanes(batch),
        WINDOW,
        FailureRules.DEFAULT);
  }

  /** Eight, or the largest number below that divides the units of a batch. */
  private static int lanes(int units) {
    int lanes = Math.min(LANES, units);
    while (units % lanes != 0) {
      lanes--;
    }
    return lanes;
  }

  /** As a run config says. */
  public static PipelineOptions of(RunConfig config, Preprocess preprocess) {
    Augmentation augmentation = new Augmentation(config.augment());
    DataConfig data = config.data();
    PipelineOptions options =
        of(config.batch(), config.seed(), config.workers(), preprocess, augmentation)
            .withRules(data.group(), data.distinct())
            .withCaptions(data.captionsPerImage());
    return options
        .withWindow(data.lanes() == null ? options.lanes : data.lanes(), data.window())
        .withFailures(
            new FailureRules(
                data.failures().inARow(),
                data.failures().share(),
                data.unreachable() == DataConfig.Unreachable.SKIP));
  }

  private static long bytes(Preprocess preprocess) {
    return 3L * preprocess.width() * preprocess.height();
  }

  /** Most memory of images prepared ahead by one of so many ranks. */
  private long bytesAhead(int world) {
    long wanted = (long) prefetch * batch / world * bytes(preprocess);
    return Math.min(wanted, Math.min(MOST_AHEAD, Runtime.getRuntime().maxMemory() / 8));
  }

  /** Units prepared ahead by one process for all rows, so that every worker has one. */
  int unitsAhead() {
    return unitsAhead(1);
  }

  /** Units prepared ahead by one of so many ranks for its own rows. */
  int unitsAhead(int world) {
    long unit = Math.max(1, unitRows() * bytes(preprocess));
    return (int) Math.max(workers + 1, bytesAhead(world) / unit);
  }

  /** Rows of a batch that the samples of a unit fill. */
  int unitRows() {
    return group * captions;
  }

  /** The same with these rules of who meets whom in a batch. */
  public PipelineOptions withRules(int others, boolean different) {
    return with(others, captions, different);
  }

  /** The same with so many rows a sample. */
  public PipelineOptions withCaptions(int each) {
    return with(group, each, distinct);
  }

  private PipelineOptions with(int others, int each, boolean different) {
    boolean fits = others >= 1 && each >= 1;
    return new PipelineOptions(
        batch,
        others,
        each,
        different,
        seed,
        workers,
        prefetch,
        cacheBytes,
        preprocess,
        augmentation,
        decoding,
        fits ? lanes(Math.max(1, batch / (others * each))) : 1,
        window,
        failures);
  }

  /** The same with another number of threads. */
  public PipelineOptions withWorkers(int threads) {
    return with(threads, cacheBytes, lanes, window, failures);
  }

  /** The same with another bound on kept images. */
  public PipelineOptions withCache(long bytes) {
    return with(workers, bytes, lanes, window, failures);
  }

  /** The same with another order for data that is larger than the window. */
  public PipelineOptions withWindow(int numberOfLanes, long samples) {
    return with(workers, cacheBytes, numberOfLanes, samples, failures);
  }

  /** The same with other rules about failures. */
  public PipelineOptions withFailures(FailureRules rules) {
    return with(workers, cacheBytes, lanes, window, rules);
  }

  private PipelineOptions with(
      int threads, long bytes, int dealt, long shuffled, FailureRules rules) {
    return new PipelineOptions(
        batch,
        group,
        captions,
        distinct,
        seed,
        threads,
        prefetch,
        bytes,
        preprocess,
        augmentation,
        decoding,
        dealt,
        shuffled,
        rules);
  }
}
