package dev.filip.eval.probe;

import dev.filip.io.BadInput;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The paper's probe of ImageNet: SGD with momentum on the cross-entropy, batch normalisation
 * (without scale and shift, which a linear layer has) before the linear layer, cosine decay after a
 * linear warm-up, no weight decay. Random crops are left out: features are made once. Arithmetic is
 * in the features' type. Used by one thread.
 */
final class SgdProbe {
  private static final double MOMENTUM = 0.9;
  private static final double RUNNING = 0.1;
  private static final double EPS = 1e-5;
  private static final double REFERENCE_BATCH = 512;
  private static final double START = 0.01;
  private final Labelled data;
  private final int classes;
  private final Options options;
  private final int d;

  /**
   * Its sizes.
   *
   * @param batch at most; an epoch is parted evenly
   * @param rate base learning rate, times the root of batch / 512 as the paper's
   * @param warmup epochs
   */
  record Options(int epochs, int batch, double rate, int warmup) {
    /** The paper's. */
    static final Options PAPER = new Options(90, 4096, 0.1, 10);

    Options {
      BadInput.require(epochs >= 1, "--epochs", epochs, ">= 1");
      BadInput.require(batch >= 2, "--batch", batch, ">= 2");
      BadInput.require(rate > 0 && Double.isFinite(rate), "--lr", rate, "> 0");
    }
  }

  /**
   * What was trained.
   *
   * @param loss mean cross-entropy of the last epoch, as it went
   */
  record Trained(LinearClassifier classifier, int steps, double loss) {}

  SgdProbe(Labelled data, int classes, Options options) {
    BadInput.require(data.size() >= 2, "rows of " + data.name(), data.size(), ">= 2");
    this.data = data;
    this.classes = classes;
    this.options = options;
    d = data.d();
  }

  /** Is told of every epoch. */
  interface Watch {
    void epoch(int epoch, double loss);
  }

  /** Trains; the same seed gives the same bits on the same number of threads. */
  Trained run(long seed, Watch watch) {
    try (var kept = new Kept();
        var _ = new StepScope();
        var _ = GradMode.off()) {
      State state = new State(kept, new SplittableRandom(Draw.mix(seed)));
      int n = data.size();
      int batches = Math.min(Math.ceilDiv(n, options.batch), n / 2); // variance needs two rows
      int[] order = new int[n];
      Arrays.setAll(order, i -> i);
      double loss = 0;
      for (int epoch = 0; epoch < options.epochs; epoch++) {
        Draw.shuffle(order, new SplittableRandom(Draw.mix(Draw.mix(seed) + 1 + epoch)));
        loss = 0;
        for (int b = 0; b < batches; b++) {
          int from = (int) ((long) n * b / batches);
          int to = (int) ((long) n * (b + 1) / batches);
          double when = epoch + (double) b / batches;
          loss += state.step(Arrays.copyOfRange(order, from, to), rate(when, to - from));
        }
        loss /= n;
        watch.epoch(epoch + 1, loss);
      }
      return new Trained(state.classifier(), options.epochs * batches, loss);
    }
  }

  /** The learning rate at a time in epochs. */
  private double rate(double epoch, int batch) {
    double peak = options.rate * Math.sqrt(batch / REFERENCE_BATCH);
    double warmup = Math.min(options.warmup, options.epochs / 2.0);
    if (epoch < warmup) {
      return peak * epoch / warmup;
    }
    return peak / 2 * (1 + Math.cos(Math.PI * (epoch - warmup) / (options.epochs - warmup)));
  }

  /** Weights, momenta and running statistics. */
  private final class State {
    private final Tensor weights;
    private final Tensor bias;
    private final Tensor weightsMomentum;
    private final Tensor biasMomentum;
    private final Tensor mean;
    private final Tensor variance;

    State(Kept kept, SplittableRandom random) {
      double[] start = new double[Math.multiplyExact(classes, d)];
      Arrays.setAll(start, i -> START * random.nextGaussian());
      ScalarType type = data.type();
      weights = kept.add(Tensors.fromDoubles(start, classes, d).to(type));
      weightsMomentum = kept.add(Tensors.empty(type, classes, d).zero_());
      bias = kept.add(Tensors.empty(type, classes).zero_());
      biasMomentum = kept.add(Tensors.empty(type, classes).zero_());
      mean = kept.add(Tensors.empty(type, d).zero_());
      variance = kept.add(Tensors.empty(type, d).fill_(new Scalar(1)));
    }

    /** One batch; its summed loss before the step. */
    double step(int[] batch, double rate) {
      try (var _ = new StepScope()) {
        int b = batch.length;
        Tensor x = normalised(data.rows(batch), b);
        Tensor y = data.classes(batch);
        Tensor log = torch.addmm(bias, x, weights.t()).log_softmax(1);
        double loss =
            -log.gather(1, y).sum(new ScalarTypeOptional(ScalarType.Double)).item_double();
        log.exp_();
        log.scatter_add_(1, y, torch.full_like(y, new Scalar(-1)).to(log.scalar_type()));
        log.div_(new Scalar((double) b));
        move(weights, weightsMomentum, log.t().mm(x), rate);
        move(bias, biasMomentum, log.sum(0), rate);
        return loss;
      }
    }

    /** By the batch's own statistics, which the running ones follow. */
    private Tensor normalised(Tensor x, int b) {
      Tensor here = x.mean(0);
      Tensor centred = x.sub(here);
      Tensor spread = centred.mul(centred).mean(0);
      mean.lerp_(here, new Scalar(RUNNING));
      variance.lerp_(spread.mul(new Scalar(b / (b - 1.0))), new Scalar(RUNNING));
      return centred.mul_(spread.add(new Scalar(EPS)).rsqrt());
    }

    private static void move(Tensor parameter, Tensor momentum, Tensor gradient, double rate) {
      momentum.mul_(new Scalar(MOMENTUM)).add_(gradient);
      parameter.sub_(momentum, new Scalar(rate));
    }

    /** With the running statistics worked into weights and intercepts. */
    LinearClassifier classifier() {
      double[] w = Tensors.toDoubles(weights);
      double[] b = Tensors.toDoubles(bias);
      double[] m = Tensors.toDoubles(mean);
      double[] v = Tensors.toDoubles(variance);
      double[] folded = new double[classes * (d + 1)];
      for (int c = 0; c < classes; c++) {
        double intercept = b[c];
        for (int j = 0; j < d; j++) {
          double weight = w[c * d + j] / Math.sqrt(v[j] + EPS);
          folded[c * (d + 1) + j] = weight;
          intercept -= weight * m[j];
        }
        folded[c * (d + 1) + d] = intercept;
      }
      return new LinearClassifier(folded, classes);
    }
  }
}
