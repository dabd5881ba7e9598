package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's loss like {@link GlobalLoss}, with nothing read from the device that computes it. Holds
 * nothing between calls.
 */
public final class DeviceGlobalLoss implements DeviceLoss {
  private final Regularisers regular;
  private final FeaturePrecision precision;
  private final ComputeDevice device;
  private final Communicator ranks;
  private @Nullable Products products;

  /** As {@link TiledLateLoss}'s. */
  public DeviceGlobalLoss(
      Regularisers regular, FeaturePrecision precision, ComputeDevice device, Communicator ranks) {
    this.regular = regular;
    this.precision = precision;
    this.device = device;
    this.ranks = ranks;
  }

  @Override
  public ComputeDevice device() {
    return device;
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, Tensor logScale) {
    Inputs.globalBatch(images, texts);
    try (StepScope scope = new StepScope();
        var _ = GradMode.off()) {
      Tensor x = precision.narrow(Inputs.on(device, images.embeds()));
      Tensor own = precision.narrow(Inputs.on(device, texts.embeds()));
      Tensor fault =
          Inputs.fault(x, NonFiniteLoss.Fault.EMBEDS)
              .maximum(Inputs.fault(own, NonFiniteLoss.Fault.EMBEDS));
      Tensor y = ranks.world() == 1 ? own : ranks.gather(own);
      Products of = products();
      Tensor cosine = of.features(x, y.t());
      DeviceEntropies e =
          DeviceEntropies.of(
              new DeviceEntropies.Scores(cosine, cosine, DeviceEntropies.noWords(x), fault),
              logScale,
              regular,
              positives,
              device,
              ranks);
      Tensor weights = e.dsImage().add(e.dsText());
      Tensor dx = Inputs.zeros(x);
      Tensor dy = Inputs.zeros(y);
      of.add(dx, weights, y);
      of.add(dy, weights.t(), x);
      return new LossGradient(
          LossNumbers.on(scope.up(e.numbers())),
          null,
          null,
          scope.up(dx),
          scope.up(ranks.scatterSum(dy)));
    }
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
