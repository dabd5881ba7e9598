package dev.filip.parity;

import dev.filip.io.BadInput;
import dev.filip.parity.ParityReport.Difference;
import dev.filip.parity.ParityReport.Stage;
import java.util.Arrays;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** Compares one tensor, number by number. */
public final class ParityCheck {
  private ParityCheck() {}

  /**
   * A number of ours that is NaN is outside every tolerance.
   *
   * @param shape of both, row-major
   * @param counts whether the number at a flat index is compared
   * @throws BadInput where a compared number of the golden is not finite
   */
  public static Stage compare(
      String name,
      double[] ours,
      double[] golden,
      long[] shape,
      LongPredicate counts,
      double atol,
      double rtol) {
    double worst = 0;
    double sum = 0;
    long compared = 0;
    @Nullable Difference first = null;
    for (int i = 0; i < golden.length; i++) {
      if (!counts.test(i)) {
        continue;
      }
      if (!Double.isFinite(golden[i])) {
        throw new BadInput(
            "golden "
                + name
                + Arrays.toString(index(i, shape))
                + ": holds "
                + golden[i]
                + ", not a finite number");
      }
      double off = Math.abs(ours[i] - golden[i]);
      worst = Math.max(worst, off); // NaN stays
      sum += off;
      compared++;
      if (first == null && !(off <= atol + rtol * Math.abs(golden[i]))) {
        first = new Difference(name, index(i, shape), ours[i], golden[i]);
      }
    }
    return new Stage(name, compared, worst, compared == 0 ? 0 : sum / compared, atol, rtol, first);
  }

  private static long[] index(long flat, long[] shape) {
    long[] index = new long[shape.length];
    long rest = flat;
    for (int i = shape.length - 1; i >= 0; i--) {
      index[i] = rest % shape[i];
      rest /= shape[i];
    }
    return index;
  }
}
