package dev.filip.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole training run. Made by the strict reader only; every part validates itself. Keys as in
 * {@code docs/CONFIG.md}.
 */
public record RunConfig(
    ModelChoice model,
    Interaction interaction,
    Data data,
    TokenizerChoice tokenizer,
    Augment augment,
    int batch,
    Length length,
    Optimizer optimizer,
    Schedule schedule,
    Loss loss,
    PrecisionChoice precision,
    DeviceChoice device,
    boolean gradientCheckpointing,
    int workers,
    long seed,
    Checkpoint checkpoint,
    Evaluate evaluate) {

  /** A preset's name, an existing model folder, or sizes. */
  public sealed interface ModelChoice {
    record Preset(String name) implements ModelChoice {}

    record Folder(String path) implements ModelChoice {}

    record Sizes(ModelConfig config) implements ModelChoice {}
  }

  /** One training source; samples are drawn in proportion to size x weight. */
  public record WeightedSource(String source, double weight) {}

  /**
   * @param group consecutive samples that stay together in a batch (hard negatives such as scene
   *     twins), 1 for none
   * @param distinct no two samples of a batch share a caption
   */
  public record Data(
      List<WeightedSource> train,
      @Nullable String validation,
      int group,
      boolean distinct,
      @Nullable String imageKey,
      @Nullable String captionKey) {}

  /** Train a BPE of this size on the training captions, or take a folder's. */
  public sealed interface TokenizerChoice {
    record Train(int size) implements TokenizerChoice {}

    record Folder(String path) implements TokenizerChoice {}
  }

  /**
   * @param cropMin smallest share of the area kept by the random resized crop (1, 1 = none)
   * @param autoaugment {@code none} or {@code imagenet}
   * @param style photometric restyling strength 0..1 (hue, saturation, posterise, grey, outline); 0
   *     = none
   */
  public record Augment(
      double cropMin, double cropMax, boolean flip, String autoaugment, double style) {}

  /** How long to train: steps or epochs, one of them. */
  public sealed interface Length {
    record Steps(int n) implements Length {}

    record Epochs(double n) implements Length {}
  }

  /**
   * @param name {@code lamb} or {@code adamw}
   * @param clip global gradient norm, 0 for none
   * @param scaleLr lr is for batch 512 and grows with sqrt(batch / 512), as the paper's
   */
  public record Optimizer(
      String name,
      double lr,
      double weightDecay,
      double beta1,
      double beta2,
      double eps,
      double clip,
      boolean scaleLr) {}

  /**
   * @param warmup share of the steps (below 1) or steps; decay {@code cosine}, {@code linear} or
   *     {@code none}; floor = last lr / peak lr
   */
  public record Schedule(double warmup, String decay, double floor) {}

  /** Weights of the two losses, token selection share, precision of features, label smoothing. */
  public record Loss(
      double late,
      double global,
      double keepTokens,
      String featurePrecision,
      double labelSmoothing) {}

  /** Arithmetic of the towers. */
  public enum PrecisionChoice {
    AUTO,
    FP32,
    BF16,
    FP16
  }

  /** Where it runs. */
  public enum DeviceChoice {
    AUTO,
    CPU,
    CUDA
  }

  /** Checkpoint every so many steps, keep the newest so many. */
  public record Checkpoint(int every, int keep) {}

  /**
   * Evaluate every so many steps (0 = never); {@code keepBest} names the metric that chooses
   * DIR/best.
   */
  public record Evaluate(int every, List<String> tasks, String keepBest, int samples) {}
}
