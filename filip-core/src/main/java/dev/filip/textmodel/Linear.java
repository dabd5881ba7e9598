package dev.filip.textmodel;

import dev.filip.folder.Dtype;
import dev.filip.folder.SafetensorsFile;
import dev.filip.folder.TensorInfo;
import dev.filip.io.Tasks;
import dev.filip.kernel.LinearRows;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer. Weights of fp32 are read where the file is mapped; others are widened once.
 *
 * @param w {@code [n,k]}
 * @param bias {@code [n]}
 */
@SuppressWarnings("ArrayRecordComponent") // read only here
record Linear(MemorySegment w, float @Nullable [] bias, int k, int n) {
  /** Below so many products one thread is as fast as several. */
  private static final long WORTH_SHARING = 1 << 18;

  /**
   * Smaller layers stay with plain loops, which need no compiling before they are fast: which form
   * computes a layer does not depend on how long the process has run, as its last bits do.
   */
  private static final long WORTH_VECTORS = 1 << 16;

  /** The Vector API is loaded when a layer is worth it. */
  private static final class Vectors {
    static final LinearRows ROWS = LinearRows.active();
  }

  /** Reads {@code name.weight} and, where it has one, {@code name.bias}. */
  static Linear of(SafetensorsFile file, String name, boolean withBias) {
    TensorInfo info = file.info(name + ".weight");
    MemorySegment w =
        info.dtype() == Dtype.F32
            ? file.bytes(info)
            : MemorySegment.ofArray(file.floats(info.name()));
    float[] bias = withBias ? file.floats(name + ".bias") : null;
    return new Linear(w, bias, (int) info.shape()[1], (int) info.shape()[0]);
  }

  /** {@code x [m,k] -> y [m,n]}. */
  void forward(float[] x, int m, float[] y) {
    int parts = (long) m * k * n < WORTH_SHARING ? 1 : Runtime.getRuntime().availableProcessors();
    LinearRows rows = (long) k * n < WORTH_VECTORS ? new LinearRows.Plain() : Vectors.ROWS;
    if (parts == 1) {
      rows.multiply(x, m, k, w, bias, 0, n, y, n);
      return;
    }
    int step = Math.ceilDiv(n, 2 * parts) * 2;
    Tasks.forEach(
        Math.ceilDiv(n, step),
        part -> rows.multiply(x, m, k, w, bias, part * step, Math.min(n, (part + 1) * step), y, n));
  }
}
