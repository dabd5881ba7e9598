package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.kernel.PairScores;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * CLIP's loss on [CLS] and [EOS] embeddings {@code [b,d]}, with its own gradient: three matrix
 * products and both softmaxes in fp64. Holds nothing between calls.
 */
public final class GlobalLoss implements ContrastiveLoss {
  private final Regularisers regular;
  private final FeaturePrecision precision;
  private final Communicator ranks;

  /** As {@link LateLoss}'s, without threads: libtorch's own do the products. */
  public GlobalLoss(double labelSmoothing, FeaturePrecision precision) {
    this(new Regularisers(labelSmoothing, 0), precision, Communicator.Alone.INSTANCE);
  }

  /** The same over the pairs of all ranks; {@code ranks} is borrowed. */
  public GlobalLoss(Regularisers regular, FeaturePrecision precision, Communicator ranks) {
    this.ranks = ranks;
    this.regular = regular;
    this.precision = precision;
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, double logScale) {
    int b = Inputs.globalBatch(images, texts);
    try (StepScope scope = new StepScope()) {
      Tensor x = precision.round(images.embeds()).tensor();
      Tensor own = precision.round(texts.embeds()).tensor();
      raiseFault(x, own);
      Tensor y = ranks.world() == 1 ? own : precision.widen(ranks.gather(precision.narrow(own)));
      int all = b * ranks.world();
      float[] cosine = Tensors.toFloats(x.matmul(y.t()));
      CrossEntropies e =
          CrossEntropies.of(
              new PairScores(b, all, cosine, cosine), logScale, regular, positives, ranks);
      float[] ds = e.dsImage();
      for (int i = 0; i < ds.length; i++) {
        ds[i] += e.dsText()[i];
      }
      Tensor g = Tensors.fromFloats(ds, b, all);
      return new LossGradient(
          LossNumbers.of(
              e.value(),
              e.dLogScale(),
              e.accuracyImage(),
              e.accuracyText(),
              Double.NaN,
              Double.NaN),
          null,
          null,
          scope.up(g.matmul(y)),
          scope.up(ranks.scatterSum(g.t().matmul(x))));
    }
  }

  /** All ranks stop alike where one has features that are not finite. */
  private void raiseFault(Tensor x, Tensor y) {
    boolean finite =
        Double.isFinite(x.sum().item_double()) && Double.isFinite(y.sum().item_double());
    if (ranks.any(!finite)) {
      NonFiniteLoss.Fault.EMBEDS.raise();
    }
  }
}
