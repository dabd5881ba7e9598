package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer of a few rows, {@code y = x w^T + b} in fp32, its weights read where they lie: the
 * products of a text tower that answers one query. Thread-safe; runs on the calling thread.
 */
public sealed interface LinearRows permits VectorLinear, LinearRows.Plain {
  /** Little-endian floats, as safetensors keeps them; of any alignment. */
  ValueLayout.OfFloat FLOATS = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Computes outputs {@code from} to {@code to} of every row.
   *
   * @param x {@code [m,k]}
   * @param m rows
   * @param k numbers of a row
   * @param w {@code [n,k]} floats, row by row
   * @param bias {@code [n]}, or none
   * @param y {@code [m,n]}, columns {@code from} to {@code to} overwritten
   */
  void multiply(
      float[] x,
      int m,
      int k,
      MemorySegment w,
      float @Nullable [] bias,
      int from,
      int to,
      float[] y,
      int n);

  /** What runs here. */
  static LinearRows active() {
    return Kernels.active().vector() ? vector() : new Plain();
  }

  private static LinearRows vector() {
    return new VectorLinear();
  }

  /** Plain loops in double: the oracle, and what runs without the Vector API. */
  final class Plain implements LinearRows {
    @Override
    public void multiply(
        float[] x,
        int m,
        int k,
        MemorySegment w,
        float @Nullable [] bias,
        int from,
        int to,
        float[] y,
        int n) {
      float[] row = new float[k];
      for (int j = from; j < to; j++) {
        MemorySegment.copy(w, FLOATS, (long) j * k * Float.BYTES, row, 0, k);
        for (int i = 0; i < m; i++) {
          double sum = bias == null ? 0 : bias[j];
          for (int c = 0; c < k; c++) {
            sum += (double) row[c] * x[i * k + c];
          }
          y[i * n + j] = (float) sum;
        }
      }
    }
  }
}
