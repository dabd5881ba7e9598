package dev.filip.loss;

import dev.filip.distributed.Communicator;
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
 * Vector API cannot go. Exact up to the order of sums; equal to {@link DenseLoss}, over several
 * ranks too. Which of equal maxima wins is the device's choice. Tested on CPUs; untried on a GPU.
 * Features come and gradients go in ordinary memory. Holds nothing between calls.
 */
public final class TiledLateLoss implements ContrastiveLoss {
  /** A tile of usual size: chosen below the second-level caches of large GPUs, not measured. */
  public static final long TILE_BYTES = 16L << 20;

  private final Regularisers regular;
  private final FeaturePrecision precision;
  private final ComputeDevice device;
  private final long tileBytes;
  private final Communicator ranks;

  /**
   * @param precision what features are rounded to; on a GPU similarities of 16-bit ones are
   *     multiplied as TF32, which holds them exactly
   * @param tileBytes a tile of similarities
   * @param ranks over whose pairs the loss goes; borrowed
   */
  public TiledLateLoss(
      Regularisers regular,
      FeaturePrecision precision,
      ComputeDevice device,
      long tileBytes,
      Communicator ranks) {
    this.regular = regular;
    this.precision = precision;
    this.device = device;
    this.tileBytes = tileBytes;
    this.ranks = ranks;
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, double logScale) {
    Inputs.lateBatch(images, texts);
    try (StepScope scope = new StepScope();
        var _ = GradMode.off()) {
      Tensor image = precision.round(images.tokens()).tensor();
      Tensor text = precision.round(texts.tokens()).tensor();
      NonFiniteLoss.Fault fault = fault(image, text, texts.length());
      GatheredTexts all = GatheredTexts.of(text, texts.length(), fault, precision, ranks);
      SimilarityTiles tiles = tiles(there(image), there(all.tokens()), all.length());
      CrossEntropies e = CrossEntropies.of(scores(tiles), logScale, regular, positives, ranks);
      Tensor dx = torch.zeros_like(tiles.images());
      Tensor dy = torch.zeros_like(tiles.texts());
      tiles.backward(pairs(e.dsImage(), tiles), pairs(e.dsText(), tiles), dx, dy);
      WordHealth health = health(tiles, Math.toIntExact(dy.size(1)));
      return LateLoss.result(e, scope.up(dx.cpu()), scope.up(all.back(dy.cpu())), health);
    }
  }

  /** A text's rows beyond its length may be NaN. */
  private static NonFiniteLoss.Fault fault(Tensor image, Tensor text, int[] length) {
    if (!finite(image)) {
      return NonFiniteLoss.Fault.IMAGE;
    }
    Tensor real = SimilarityTiles.zeroPads(text, Tensors.fromInts(length, length.length));
    return finite(real) ? NonFiniteLoss.Fault.NONE : NonFiniteLoss.Fault.TEXT;
  }

  private static boolean finite(Tensor t) {
    return t.isfinite().all().item_bool();
  }

  private SimilarityTiles tiles(Tensor x, Tensor y, int[] length) {
    Tensor lengths = there(Tensors.fromInts(length, length.length));
    if (device.isCpu() || precision == FeaturePrecision.FP32) {
      return new SimilarityTiles(x, y, lengths, tileBytes);
    }
    // for these products only: neither the towers' nor the gradient's factors fit TF32
    boolean before = torch.globalContext().allowTF32CuBLAS();
    torch.globalContext().setAllowTF32CuBLAS(true);
    try {
      return new SimilarityTiles(x, y, lengths, tileBytes);
    } finally {
      torch.globalContext().setAllowTF32CuBLAS(before);
    }
  }

  private Tensor there(Tensor t) {
    return device.isCpu() ? t : t.to(device.device(), t.dtype());
  }

  private static PairScores scores(SimilarityTiles tiles) {
    return new PairScores(
        Math.toIntExact(tiles.sImage.size(0)),
        Math.toIntExact(tiles.sImage.size(1)),
        Tensors.toFloats(tiles.sImage),
        Tensors.toFloats(tiles.sText));
  }

  private Tensor pairs(float[] values, SimilarityTiles tiles) {
    return there(Tensors.fromFloats(values, tiles.sImage.size(0), tiles.sImage.size(1)));
  }

  private WordHealth health(SimilarityTiles tiles, int words) {
    long first = ranks.rank() * tiles.sImage.size(0);
    long[] chosen = new long[words];
    for (long word : Tensors.toLongs(tiles.ownWords(first))) {
      chosen[Math.toIntExact(word)]++;
    }
    return WordHealth.of(chosen, ranks);
  }
}
