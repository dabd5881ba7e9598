package dev.filip.loss;

import dev.filip.kernel.PairScores;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * FILIP's loss like {@link LateLoss}, its tiles made by libtorch on a device: for GPUs, where the
 * Vector API cannot go. Exact up to the order of sums; equal to {@link DenseLoss}. Which of equal
 * maxima wins is the device's choice. Tried on CPUs only. Holds nothing between calls.
 */
public final class TiledLateLoss implements ContrastiveLoss {
  /** A tile of usual size: chosen below the second-level caches of large GPUs, not measured. */
  public static final long TILE_BYTES = 16L << 20;

  private final double smoothing;
  private final FeaturePrecision precision;
  private final ComputeDevice device;
  private final long tileBytes;

  /**
   * @param labelSmoothing share of the target spread over the batch, in [0, 1)
   * @param precision what features are rounded to; 16-bit ones may be multiplied as TF32, which
   *     holds them exactly
   * @param tileBytes a tile of similarities
   */
  public TiledLateLoss(
      double labelSmoothing, FeaturePrecision precision, ComputeDevice device, long tileBytes) {
    this.smoothing = labelSmoothing;
    this.precision = precision;
    this.device = device;
    this.tileBytes = tileBytes;
    if (!device.isCpu()) {
      torch.globalContext().setAllowTF32CuBLAS(precision != FeaturePrecision.FP32);
    }
  }

  @Override
  public LossGradient compute(ImageFeatures images, TextFeatures texts, double logScale) {
    Features.lateBatch(images, texts);
    try (StepScope scope = new StepScope();
        var _ = GradMode.off()) {
      Tensor x = here(images.tokens());
      Tensor y = here(texts.tokens());
      Tensor length = there(Tensors.fromInts(texts.length(), texts.length().length));
      SimilarityTiles tiles = new SimilarityTiles(x, y, length, tileBytes);
      CrossEntropies e = CrossEntropies.of(scores(tiles), logScale, new Regularisers(smoothing, 0));
      Tensor dx = torch.zeros_like(x);
      Tensor dy = torch.zeros_like(y);
      tiles.backward(pairs(e.dsImage(), tiles), pairs(e.dsText(), tiles), dx, dy);
      WordHealth health = health(tiles, Math.toIntExact(y.size(1)));
      return new LossGradient(
          e.value(),
          scope.up(dx.cpu()),
          scope.up(dy.cpu()),
          null,
          null,
          e.dLogScale(),
          e.accuracyImage(),
          e.accuracyText(),
          health.sameWordShare(),
          health.entropy());
    }
  }

  private Tensor here(Tensor tokens) {
    return there(precision.round(tokens).tensor());
  }

  private Tensor there(Tensor t) {
    return device.isCpu() ? t : t.to(device.device(), t.dtype());
  }

  /** A padded row may be NaN, a real one not: then no score is. */
  private static PairScores scores(SimilarityTiles tiles) {
    float[] image = Tensors.toFloats(tiles.sImage);
    float[] text = Tensors.toFloats(tiles.sText);
    requireFinite(image);
    requireFinite(text);
    return new PairScores(
        Math.toIntExact(tiles.sImage.size(0)), Math.toIntExact(tiles.sImage.size(1)), image, text);
  }

  private static void requireFinite(float[] scores) {
    for (float score : scores) {
      NonFiniteLoss.require(score, "similarities");
    }
  }

  private Tensor pairs(float[] values, SimilarityTiles tiles) {
    return there(Tensors.fromFloats(values, tiles.sImage.size(0), tiles.sImage.size(1)));
  }

  private static WordHealth health(SimilarityTiles tiles, int words) {
    long[] chosen = new long[words];
    for (long word : Tensors.toLongs(tiles.ownWords())) {
      chosen[Math.toIntExact(word)]++;
    }
    return WordHealth.of(chosen);
  }
}
