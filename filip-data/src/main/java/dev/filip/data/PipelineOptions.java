package dev.filip.data;

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
 * @param distinct no two samples of a batch share a caption (samples of one group may)
 * @param workers threads that read, decode and augment; their number changes no result
 * @param prefetch batches prepared ahead, fewer where memory would not hold them
 * @param cacheBytes most memory for decoded images kept from epoch to epoch; 0 for none
 */
public record PipelineOptions(
    int batch,
    int group,
    boolean distinct,
    long seed,
    int workers,
    int prefetch,
    long cacheBytes,
    Preprocess preprocess,
    Augmentation augmentation,
    DecodeOptions decoding) {
  private static final long MOST_AHEAD = 512L << 20;

  public PipelineOptions {
    BadInput.require(group >= 1, "data.group", group, ">= 1");
    BadInput.require(
        batch >= 1 && batch % group == 0, "batch", batch, "a multiple of data.group " + group);
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
        false,
        seed,
        workers,
        2,
        Math.max(0, Math.min(heap / 4, heap / 2 - images)),
        preprocess,
        augmentation,
        DecodeOptions.DEFAULT);
  }

  /** As a run config says. */
  public static PipelineOptions of(RunConfig config, Preprocess preprocess) {
    Augmentation augmentation = new Augmentation(config.augment());
    return of(config.batch(), config.seed(), config.workers(), preprocess, augmentation)
        .withRules(config.data().group(), config.data().distinct());
  }

  private static long bytes(Preprocess preprocess) {
    return 3L * preprocess.width() * preprocess.height();
  }

  /** Most memory of images prepared ahead. */
  long bytesAhead() {
    long wanted = (long) prefetch * batch * bytes(preprocess);
    return Math.min(wanted, Math.min(MOST_AHEAD, Runtime.getRuntime().maxMemory() / 8));
  }

  /** Units prepared ahead, so that every worker has one. */
  int unitsAhead() {
    long unit = Math.max(1, group * bytes(preprocess));
    return (int) Math.max(workers + 1, bytesAhead() / unit);
  }

  /** The same with these rules of who meets whom in a batch. */
  public PipelineOptions withRules(int group, boolean distinct) {
    return new PipelineOptions(
        batch,
        group,
        distinct,
        seed,
        workers,
        prefetch,
        cacheBytes,
        preprocess,
        augmentation,
        decoding);
  }

  /** The same with another number of threads. */
  public PipelineOptions withWorkers(int threads) {
    return new PipelineOptions(
        batch,
        group,
        distinct,
        seed,
        threads,
        prefetch,
        cacheBytes,
        preprocess,
        augmentation,
        decoding);
  }

  /** The same with another bound on kept images. */
  public PipelineOptions withCache(long bytes) {
    return new PipelineOptions(
        batch, group, distinct, seed, workers, prefetch, bytes, preprocess, augmentation, decoding);
  }
}
