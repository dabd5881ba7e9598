package dev.filip.optim;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Changes the weights of a {@link FlatParameters} by their gradients. Not thread-safe. */
public interface Optimizer extends AutoCloseable {
  /** One update at this learning rate, times each parameter's own share of it. */
  void step(double lr);

  /** Updates done so far. */
  long steps();

  /**
   * The moments by name ({@code exp_avg.PARAMETER}, {@code exp_avg_sq.PARAMETER}): live, flat fp32
   * views in the caller's scope. Copying into them restores a state.
   */
  Map<String, Tensor> state();

  /** Continues as after {@code steps} updates; the moments are copied in by {@link #state}. */
  void resumeAt(long steps);

  @Override
  void close();
}
