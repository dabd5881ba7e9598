package dev.filip.eval.probe;

import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The objective of multinomial logistic regression as scikit-learn has it, over {@code C n}: the
 * mean cross-entropy plus {@code |W|^2 / (2 C n)}, intercepts not penalised. With two classes there
 * is one output, the log-odds of class 1, as there (two outputs would halve the penalty).
 *
 * <p>An argument is {@code [k, d + 1]}, the intercept last. Products are made by libtorch in the
 * features' type, block by block; sums over blocks, losses and intercepts are fp64. Used by one
 * thread.
 */
final class LogisticObjective implements Lbfgs.Function {
  private static final double NOISE_FP32 = 1e-8;
  private static final double NOISE_FP64 = 1e-15;
  private static final int SCORES = 1 << 18;
  private static final int LEAST_ROWS = 1024;
  private final List<Labelled> data;
  private final int k;
  private final int d;
  private final double n;
  private final double l2;
  private final int rows;
  private final ScalarType type;

  /**
   * @param data of one width, not empty
   * @param c scikit-learn's C: the weight of the losses
   */
  LogisticObjective(List<Labelled> data, int classes, double c) {
    this(data, classes, c, Math.max(LEAST_ROWS, SCORES / outputs(classes)));
  }

  /**
   * With blocks of so many rows.
   *
   * @param rows threads wait for each other at the end of every block: not too few
   */
  LogisticObjective(List<Labelled> data, int classes, double c, int rows) {
    this.data = data;
    this.rows = rows;
    k = outputs(classes);
    d = data.getFirst().d();
    n = data.stream().mapToDouble(Labelled::size).sum();
    l2 = 1 / (c * n);
    type = data.getFirst().type();
  }

  /** One a class, but one for two. */
  static int outputs(int classes) {
    return classes == 2 ? 1 : classes;
  }

  @Override
  public int size() {
    return Math.multiplyExact(k, d + 1);
  }

  @Override
  public double noise() {
    return type == ScalarType.Double ? NOISE_FP64 : NOISE_FP32;
  }

  /** C x the sum of losses + half the squared norm of the weights. */
  double unscaled(double value) {
    return value / l2;
  }

  /** The weight of half the squared norm. */
  double l2() {
    return l2;
  }

  @Override
  public double at(double[] x, double[] gradient) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor all = Tensors.fromDoubles(x, k, d + 1);
      Tensor weights = all.narrow(1, 0, d).to(type).contiguous().t();
      Tensor bias = all.select(1, d).to(type).contiguous();
      Tensor sums = Tensors.empty(ScalarType.Double, k, d + 1).zero_();
      double[] loss = {0};
      for (Labelled part : data) {
        part.blocks(
            rows, (from, count) -> loss[0] += block(part, from, count, weights, bias, sums));
      }
      return penalised(x, loss[0], Tensors.toDoubles(sums), gradient);
    }
  }

  /** Adds a block's gradient to {@code sums}; its summed loss. */
  private double block(
      Labelled part, int from, int count, Tensor weights, Tensor bias, Tensor sums) {
    try (var _ = new StepScope()) {
      Tensor x = part.block(from, count).to(type);
      Tensor scores = torch.addmm(bias, x, weights);
      Tensor y = part.classes(from, count);
      double loss = k == 1 ? odds(scores, y) : softmax(scores, y);
      sums.narrow(1, 0, d).add_(scores.t().mm(x));
      sums.select(1, d).add_(scores.sum(0));
      return loss;
    }
  }

  /** Turns scores into their gradient in place; the summed cross-entropy. */
  private static double softmax(Tensor scores, Tensor y) {
    Tensor log = scores.log_softmax(1);
    torch.exp_out(scores, log);
    scores.scatter_add_(1, y, torch.full_like(y, new Scalar(-1)).to(scores.scalar_type()));
    return -total(log.gather(1, y)).item_double();
  }

  private static double odds(Tensor scores, Tensor y) {
    Tensor truth = y.to(scores.scalar_type());
    double loss =
        total(torch.log_sigmoid(scores)).item_double() * -1
            + total(scores.mul(truth.neg().add(new Scalar(1)))).item_double();
    scores.sigmoid_();
    scores.sub_(truth);
    return loss;
  }

  private static Tensor total(Tensor t) {
    return t.sum(new ScalarTypeOptional(ScalarType.Double));
  }

  private double penalised(double[] x, double loss, double[] sums, double[] gradient) {
    double square = 0;
    for (int i = 0; i < x.length; i++) {
      boolean weight = i % (d + 1) < d;
      gradient[i] = sums[i] / n + (weight ? l2 * x[i] : 0);
      square += weight ? x[i] * x[i] : 0;
    }
    return loss / n + l2 / 2 * square;
  }
}
