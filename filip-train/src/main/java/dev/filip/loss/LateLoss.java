package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.kernel.Bf16Product;
import dev.filip.kernel.LateKernel;
import dev.filip.kernel.PairScores;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.Bf16Products;
import dev.filip.tensor.StepScope;
import dev.filip.tokens.Tokens;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * FILIP's loss (Yao et al. 2022, section 3.1), exact, without the {@code [b,b,n,m]} block: maxima
 * of both directions are taken tile by tile, and the gradient passes through the winning pairs of
 * tokens only. On several ranks each compares its own images with the texts of all, both maxima in
 * one pass, so that no pair is computed twice; memory grows with b x B x (n + m) bytes, B pairs in
 * all, b of them here, up to a bound beyond which maxima are taken again for some images at a time.
 * Images that fill several rows are matched once. Equal to {@link DenseLoss}; bit-equal for any
 * number of threads. Owns threads and scratch memory until closed; one call at a time.
 */
public final class LateLoss implements ContrastiveLoss {
  private final LateKernel kernel;
  private final Communicator ranks;
  private final Regularisers regular;
  private final FeaturePrecision precision;

  /**
   * @param labelSmoothing share of the target spread over the batch, in [0, 1)
   * @param precision what features are rounded to before they are multiplied
   */
  public LateLoss(double labelSmoothing, FeaturePrecision precision, int threads) {
    this(new Regularisers(labelSmoothing, 0), precision, threads, Communicator.Alone.INSTANCE);
  }

  /** The same over the pairs of all ranks; {@code ranks} is borrowed. */
  public LateLoss(
      Regularisers regular, FeaturePrecision precision, int threads, Communicator ranks) {
    this(regular, precision, kernel(precision, threads), ranks);
  }

  /** The kernel that is fastest at features of a precision. */
  public static LateKernel kernel(FeaturePrecision precision, int threads) {
    Optional<Bf16Product> fast =
        precision == FeaturePrecision.BF16 ? Bf16Products.fast() : Optional.empty();
    if (fast.isPresent()) {
      return LateKernel.bf16(fast.get(), threads);
    }
    return new LateKernel(threads);
  }

  LateLoss(
      Regularisers regular, FeaturePrecision precision, LateKernel kernel, Communicator ranks) {
    this.ranks = ranks;
    this.kernel = kernel;
    this.regular = regular;
    this.precision = precision;
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, double logScale) {
    int b = Inputs.lateBatch(images, texts);
    RepeatedRows repeated = positives.repeated(b);
    try (StepScope scope = new StepScope();
        FeaturePrecision.Rounded image = rounded(repeated.take(images.tokens()));
        FeaturePrecision.Rounded text = rounded(texts.tokens())) {
      Tensor own = image.tensor();
      Tokens x = rows(own, full(Math.toIntExact(own.size(0)), own.size(1)));
      NonFiniteLoss.Fault fault = fault(x, rows(text.tensor(), texts.length()));
      GatheredTexts all = GatheredTexts.of(text.tensor(), texts.length(), fault, precision, ranks);
      Tokens y = rows(all.tokens(), all.length());
      PairScores scores = repeated.spread(kernel.match(x, y));
      CrossEntropies entropies = CrossEntropies.of(scores, logScale, regular, positives, ranks);
      Tensor dImage = torch.zeros(shape(own), new TensorOptions(ScalarType.Float));
      Tensor dTexts = torch.zeros(shape(all.tokens()), new TensorOptions(ScalarType.Float));
      kernel.gradient(
          x,
          y,
          repeated.sum(entropies.dsImage()),
          repeated.sum(entropies.dsText()),
          Inputs.memory(dImage),
          Inputs.memory(dTexts));
      Tensor dRows = repeated.none() ? dImage : torch.zeros_like(images.tokens());
      return result(
          entropies,
          scope.up(repeated.spread(dImage, dRows)),
          scope.up(all.back(dTexts)),
          health(repeated, x, y, b));
    }
  }

  private FeaturePrecision.Rounded rounded(Tensor features) {
    return kernel.rounds()
        ? new FeaturePrecision.Rounded(features, false)
        : precision.round(features);
  }

  private static LossGradient result(
      CrossEntropies e, Tensor dImage, Tensor dText, WordHealth health) {
    return new LossGradient(
        LossNumbers.of(
            e.value(),
            e.dLogScale(),
            e.accuracyImage(),
            e.accuracyText(),
            health.sameWordShare(),
            health.entropy()),
        dImage,
        dText,
        null,
        null);
  }

  /** Over the positive pairs of all ranks: text first + i is image i's. */
  private WordHealth health(RepeatedRows rows, Tokens images, Tokens texts, int b) {
    long[] chosen = new long[texts.longest()];
    int first = ranks.rank() * b;
    for (int i = 0; i < b; i++) {
      int image = rows.image(i);
      for (int word : kernel.words(image, first + i, images.length(image))) {
        chosen[word]++;
      }
    }
    return WordHealth.of(chosen, ranks);
  }

  private NonFiniteLoss.Fault fault(Tokens images, Tokens texts) {
    if (!kernel.finite(images)) {
      return NonFiniteLoss.Fault.IMAGE;
    }
    return kernel.finite(texts) ? NonFiniteLoss.Fault.NONE : NonFiniteLoss.Fault.TEXT;
  }

  private static Tokens rows(Tensor tokens, int[] length) {
    return Tokens.padded(
        Inputs.memory(tokens),
        Tokens.Type.FP32,
        (int) tokens.size(1),
        (int) tokens.size(2),
        length);
  }

  private static int[] full(int b, long n) {
    int[] length = new int[b];
    Arrays.fill(length, Math.toIntExact(n));
    return length;
  }

  private static long[] shape(Tensor t) {
    return new long[] {t.size(0), t.size(1), t.size(2)};
  }

  @Override
  public void close() {
    kernel.close();
  }
}
