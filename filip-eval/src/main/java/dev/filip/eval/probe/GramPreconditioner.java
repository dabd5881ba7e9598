package dev.filip.eval.probe;

import dev.filip.tensor.GradMode;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The inverse of what the objective's Hessian is before anything is learnt: for each output {@code
 * p (1 - p) X'X / n}, p = 1 / c, plus the penalty. Features of an encoder share directions so
 * strongly that without it L-BFGS spends most of its steps on finding them. X'X is that of about
 * {@value #ROWS} rows, or four times the width, spread evenly; of features wider than {@value
 * #WIDEST} the diagonal alone. Holds native memory until closed; used by one thread.
 */
final class GramPreconditioner implements AutoCloseable {
  private static final int ROWS = 2048;
  private static final int ROWS_A_FEATURE = 4;
  private static final int BLOCK = 2048;
  private static final int WIDEST = 4096;
  private static final double JITTER = 1e-9;
  private final Kept kept = new Kept();
  private final Kept factor = new Kept();
  private final int d;
  private final int k;
  private final boolean diagonal;

  /** fp64 {@code [d + 1, d + 1]}, or {@code [d + 1]} the diagonal, times the curvature. */
  private final Tensor hessian;

  GramPreconditioner(List<Labelled> data, int classes) {
    d = data.getFirst().d();
    k = LogisticObjective.outputs(classes);
    diagonal = d > WIDEST;
    double curvature = 1.0 / classes * (1 - 1.0 / classes);
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      hessian = kept.add(gram(data).mul_(new Scalar(curvature)));
    }
  }

  private Tensor gram(List<Labelled> data) {
    long n = data.stream().mapToLong(Labelled::size).sum();
    long step = Math.max(1, n / Math.max(ROWS, (long) ROWS_A_FEATURE * d));
    Tensor sum = zeros(diagonal ? new long[] {d + 1} : new long[] {d + 1, d + 1});
    long rows = 0;
    for (Labelled part : data) {
      int[] some = new int[(int) Math.ceilDiv(part.size(), step)];
      Arrays.setAll(some, i -> (int) (i * step));
      rows += some.length;
      for (int from = 0; from < some.length; from += BLOCK) {
        add(part.rows(Arrays.copyOfRange(some, from, Math.min(from + BLOCK, some.length))), sum);
      }
    }
    return sum.div_(new Scalar((double) rows));
  }

  private void add(Tensor rows, Tensor sum) {
    try (var _ = new StepScope()) {
      Tensor one = zeros(rows.size(0), 1).add_(new Scalar(1));
      Tensor x = torch.cat(new TensorVector(rows.to(ScalarType.Double), one), 1);
      sum.add_(diagonal ? x.mul(x).sum(0) : x.t().mm(x));
    }
  }

  private static Tensor zeros(long... shape) {
    return Tensors.empty(ScalarType.Double, shape).zero_();
  }

  /**
   * The inverse for a penalty, until the next one is asked for.
   *
   * @param l2 the weight of half the squared norm
   */
  Lbfgs.Inverse inverse(double l2) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      double[] main = Tensors.toDoubles(diagonal ? hessian : hessian.diagonal());
      double jitter = JITTER * Arrays.stream(main).sum() / (d + 1);
      double[] added = new double[d + 1];
      Arrays.setAll(added, i -> jitter + (i < d ? l2 : 0));
      if (diagonal) {
        return (in, out) -> {
          int row = d + 1;
          Arrays.setAll(out, i -> in[i] / (main[i % row] + added[i % row]));
        };
      }
      factor.close();
      Tensor penalty = Tensors.fromDoubles(added, d + 1).diag();
      Tensor lower = factor.add(torch.linalg_cholesky(hessian.add(penalty)));
      return (in, out) -> solve(lower, in, out);
    }
  }

  private void solve(Tensor lower, double[] in, double[] out) {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor right = Tensors.fromDoubles(in, k, d + 1).t();
      double[] solved = Tensors.toDoubles(torch.cholesky_solve(right, lower).t());
      System.arraycopy(solved, 0, out, 0, out.length);
    }
  }

  @Override
  public void close() {
    factor.close();
    kept.close();
  }
}
