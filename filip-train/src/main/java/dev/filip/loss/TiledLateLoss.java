package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * FILIP's loss like {@link LateLoss}, its tiles made by libtorch on a device: for GPUs, where the
 * Vector API cannot go. Exact up to the order of sums; equal to {@link DenseLoss}, over several
 * ranks too. Which of equal maxima wins is the device's choice. Images that fill several rows are
 * matched once. Features, gradients and all numbers stay on the device: nothing is read but by who
 * asks {@link LossNumbers}. Holds no memory between calls; one call at a time.
 */
public final class TiledLateLoss implements DeviceLoss {
  private final Regularisers regular;
  private final FeaturePrecision precision;
  private final ComputeDevice device;
  private final long tileBytes;
  private final Communicator ranks;
  private FusedTiles.@Nullable Kernels kernels;
  private boolean told;
  private @Nullable Products products;

  /**
   * @param precision what features are rounded to; 16-bit ones are multiplied by a GPU's tensor
   *     cores ({@link Products})
   * @param tileBytes a tile of similarities
   * @param ranks over whose pairs the loss goes; borrowed
   */
  public TiledLateLoss(
      Regularisers regular,
      FeaturePrecision precision,
      ComputeDevice device,
      long tileBytes,
      Communicator ranks) {
    this(regular, precision, device, tileBytes, ranks, null);
  }

  /**
   * The same.
   *
   * @param kernels for 16-bit features that fit them, instead of libtorch's tiles; or null
   */
  TiledLateLoss(
      Regularisers regular,
      FeaturePrecision precision,
      ComputeDevice device,
      long tileBytes,
      Communicator ranks,
      FusedTiles.@Nullable Kernels kernels) {
    this.kernels = kernels;
    this.regular = regular;
    this.precision = precision;
    this.device = device;
    this.tileBytes = tileBytes;
    this.ranks = ranks;
  }

  @Override
  public ComputeDevice device() {
    return device;
  }

  /** Of a tile. */
  long tileBytes() {
    return tileBytes;
  }

  /** Whether kernels of our own are tried first. */
  boolean fused() {
    return kernels != null;
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, Tensor logScale) {
    int b = Inputs.lateBatch(images, texts);
    try (StepScope scope = new StepScope();
        var _ = GradMode.off()) {
      DeviceRows rows = new DeviceRows(positives.repeated(b), device);
      Tensor x = precision.narrow(rows.take(Inputs.on(device, images.tokens())));
      Tensor own = precision.narrow(Inputs.on(device, texts.tokens()));
      Tensor fault = fault(x, own, lengths(texts.length()));
      GatheredTexts all =
          GatheredTexts.of(own, texts.length(), NonFiniteLoss.Fault.NONE, precision, ranks);
      Matched tiles = match(x, precision.narrow(all.tokens()), lengths(all.length()));
      DeviceEntropies.Scores scores =
          new DeviceEntropies.Scores(
              rows.repeat(tiles.sImage()),
              rows.repeat(tiles.sText()),
              tiles.chosen(rows.image(), (long) ranks.rank() * b),
              fault);
      DeviceEntropies e = DeviceEntropies.of(scores, logScale, regular, positives, device, ranks);
      Tensor dx = Inputs.zeros(x);
      Tensor dy = Inputs.zeros(all.tokens());
      tiles.backward(rows.sum(e.dsImage()), rows.sum(e.dsText()), dx, dy);
      return new LossGradient(
          LossNumbers.on(scope.up(e.numbers())),
          scope.up(rows.spread(dx)),
          scope.up(all.back(dy)),
          null,
          null);
    }
  }

  private Matched match(Tensor x, Tensor y, Tensor length) {
    FusedTiles.Kernels own = kernels;
    FusedTiles.Features features =
        new FusedTiles.Features(x.contiguous(), y.contiguous(), length.contiguous());
    if (own != null && features.fit()) {
      try {
        return new FusedTiles(features, own);
      } catch (IllegalStateException e) {
        instead("does not run here", String.valueOf(e.getMessage()));
        kernels = null;
      }
    } else if (own != null) {
      instead("is not for this batch", "it takes " + FusedTiles.TAKES);
    }
    return new SimilarityTiles(x, y, length, tileBytes, products());
  }

  /** Once. */
  private void instead(String what, String why) {
    if (!told) {
      System.err.println("filip: the fused loss " + what + ", libtorch's takes its place: " + why);
    }
    told = true;
  }

  private Tensor lengths(int[] length) {
    return device.send(Tensors.fromInts(length, length.length));
  }

  /** The ordinal of what is not finite; a text's rows beyond its length may be NaN. */
  private static Tensor fault(Tensor image, Tensor text, Tensor length) {
    Tensor beyond = SimilarityTiles.beyond(text, length).unsqueeze(2);
    return torch.maximum(
        Inputs.fault(image, NonFiniteLoss.Fault.IMAGE),
        Inputs.fault(text.masked_fill(beyond, new Scalar(0.0)), NonFiniteLoss.Fault.TEXT));
  }

  /** Found out at the first batch: before that the device is left alone. */
  private Products products() {
    Products known = products;
    if (known == null) {
      known = Products.of(precision, device);
      products = known;
    }
    return known;
  }
}
