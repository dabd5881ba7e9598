package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.StepScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The late, the global or the mixed loss by plain tensor operations and autograd: the oracle of the
 * streamed form, in the type of its input (fp32 or fp64). Builds the whole {@code [b,n,b,m]} block.
 * FILIP, Yao et al. 2022, section 3.1. One call at a time per thread; holds nothing between calls.
 */
public final class DenseLoss implements ContrastiveLoss {
  private final double late;
  private final double global;
  private final double smoothing;
  private final double z;

  /**
   * @param late weight of the late loss, 0 leaves tokens untouched
   * @param global weight of the global loss, 0 leaves embeddings untouched
   * @param labelSmoothing share of the target spread over the batch, in [0, 1)
   */
  public DenseLoss(double late, double global, double labelSmoothing) {
    this(late, global, new Regularisers(labelSmoothing, 0));
  }

  /** The same with a z-loss too. */
  public DenseLoss(double late, double global, Regularisers regular) {
    this.late = late;
    this.global = global;
    this.smoothing = regular.labelSmoothing();
    this.z = regular.zLoss();
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, double logScale) {
    try (StepScope scope = new StepScope()) {
      return new Pass(images, texts, positives, logScale, scope).run();
    }
  }

  /** Similarities of a batch, {@code [images, texts]} each. */
  private record Similarity(Tensor image, Tensor text) {}

  private final class Pass {
    private final ImageFeatures images;
    private final TextFeatures texts;
    private final StepScope scope;
    private final TensorOptions type;
    private final Tensor targets;
    private final Tensor right;
    private final Tensor logScale;
    private @Nullable Leaves tokens;
    private @Nullable Leaves embeds;
    private WordHealth health = WordHealth.NONE;
    private double accuracyImage = Double.NaN;
    private double accuracyText = Double.NaN;

    Pass(
        ImageFeatures images,
        TextFeatures texts,
        Positives positives,
        double scale,
        StepScope scope) {
      this.images = images;
      this.texts = texts;
      this.scope = scope;
      Tensor like = late > 0 ? images.tokens() : images.embeds();
      type = new TensorOptions(like.scalar_type());
      logScale = torch.full(new long[0], new Scalar(scale), type).requires_grad_(true);
      targets = targets(positives, Math.toIntExact(like.size(0))).to(like.scalar_type());
      right = targets.gt(new Scalar(0.0));
    }

    /** {@code [b,b]}: of each row 1 over its right answers at their places; its own transpose. */
    private static Tensor targets(Positives positives, int b) {
      Positives.Targets of = positives.over(b, Communicator.Alone.INSTANCE);
      double[] share = new double[b * b];
      for (int i = 0; i < b; i++) {
        for (int j = 0; j < b; j++) {
          share[i * b + j] = of.are(i, j) ? 1.0 / of.count(i) : 0;
        }
      }
      return Tensor.create(share, b, b);
    }

    LossGradient run() {
      Tensor loss = torch.zeros(new long[0], type);
      if (global > 0) {
        embeds = new Leaves(images.embeds(), texts.embeds());
        Tensor cosine = embeds.image.matmul(embeds.text.t());
        loss = loss.add(entropies(new Similarity(cosine, cosine)).mul(new Scalar(global)));
      }
      if (late > 0) {
        tokens = new Leaves(images.tokens(), texts.tokens());
        loss = loss.add(entropies(lateSimilarity(tokens)).mul(new Scalar(late)));
      }
      double value = loss.item_double();
      NonFiniteLoss.require(value, "loss");
      loss.backward();
      return result(value);
    }

    private LossGradient result(double value) {
      return new LossGradient(
          LossNumbers.of(
              value,
              logScale.grad().item_double(),
              accuracyImage,
              accuracyText,
              health.sameWordShare(),
              health.entropy()),
          tokens == null ? null : out(tokens.image),
          tokens == null ? null : out(tokens.text),
          embeds == null ? null : out(embeds.image),
          embeds == null ? null : out(embeds.text));
    }

    private Tensor out(Tensor leaf) {
      return scope.up(leaf.grad().clone().contiguous());
    }

    /** Half the sum of both cross entropies, each in its own direction. */
    private Tensor entropies(Similarity s) {
      Tensor scale = logScale.exp();
      accuracyImage = accuracy(s.image);
      accuracyText = accuracy(s.text.t());
      return crossEntropy(s.image.mul(scale))
          .add(crossEntropy(s.text.t().mul(scale)))
          .mul(new Scalar(0.5));
    }

    private Tensor crossEntropy(Tensor logits) {
      Tensor logp = torch.log_softmax(logits, 1);
      Tensor right = logp.mul(targets).sum(new long[] {1}, false, none());
      Tensor own = right.mean().mul(new Scalar(1 - smoothing));
      Tensor plain = own.add(logp.mean().mul(new Scalar(smoothing))).neg();
      Tensor all = torch.logsumexp(logits, new long[] {1});
      return plain.add(all.square().mean().mul(new Scalar(z)));
    }

    private Similarity lateSimilarity(Leaves leaves) {
      int b = Inputs.lateBatch(images, texts);
      long n = leaves.image.size(1);
      long m = leaves.text.size(1);
      long d = leaves.image.size(2);
      Tensor valid = valid(m); // [b,m]
      // what lies beyond a text's end may be NaN: it is replaced, not multiplied away
      Tensor text = torch.where(valid.unsqueeze(2), leaves.text, new Scalar(0));
      Tensor block = leaves.image.reshape(b * n, d).matmul(text.reshape(b * m, d).t());
      block = block.view(b, n, b, m);
      T_TensorTensor_T word =
          torch.where(valid.view(1, 1, b, m), block, new Scalar(Double.NEGATIVE_INFINITY)).max(3);
      Tensor patch = block.max(1).get0(); // [b,b,m]
      countWords(word.get1(), Math.toIntExact(m));
      Tensor length = valid.to(leaves.text.scalar_type()).sum(new long[] {1}, false, none());
      Tensor text0 = torch.where(valid.unsqueeze(0), patch, new Scalar(0));
      return new Similarity(
          word.get0().mean(new long[] {1}, false, none()),
          text0.sum(new long[] {2}, false, none()).div(length.unsqueeze(0)));
    }

    private org.bytedeco.pytorch.ScalarTypeOptional none() {
      return new org.bytedeco.pytorch.ScalarTypeOptional();
    }

    private Tensor valid(long m) {
      int[] length = texts.length();
      Tensor mask = torch.zeros(new long[] {length.length, m}, new TensorOptions(ScalarType.Bool));
      for (int i = 0; i < length.length; i++) {
        mask.select(0, i).narrow(0, 0, length[i]).fill_(new Scalar(1));
      }
      return mask;
    }

    /** Word positions chosen in positive pairs; {@code words [b,n,b]}. */
    private void countWords(Tensor words, int m) {
      Tensor own = words.diagonal(0, 0, 2).contiguous();
      long[] index = new long[Math.toIntExact(own.numel())];
      new org.bytedeco.javacpp.LongPointer(own.data_ptr()).get(index);
      long[] chosen = new long[m];
      for (long r : index) {
        chosen[Math.toIntExact(r)]++;
      }
      health = WordHealth.of(chosen);
    }

    private double accuracy(Tensor similarity) {
      Tensor best = similarity.detach().max(1).get1();
      Tensor hit = right.gather(1, best.unsqueeze(1));
      return hit.to(ScalarType.Double).mean().item_double();
    }
  }

  /** Detached copies of what came in, which collect gradients. */
  private static final class Leaves {
    final Tensor image;
    final Tensor text;

    Leaves(Tensor image, Tensor text) {
      this.image = image.detach().clone().requires_grad_(true);
      this.text = text.detach().clone().requires_grad_(true);
    }
  }
}
