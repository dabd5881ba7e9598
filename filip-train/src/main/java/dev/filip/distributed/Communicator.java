package dev.filip.distributed;

import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * What the ranks of a run do together. Every rank makes the same calls in the same order with
 * tensors of one shape and type: sizes that may differ are agreed on first, since a mismatch would
 * end the process. Sums are the same bits on every rank. Used by one thread a rank; results belong
 * to the caller's scope.
 */
public sealed interface Communicator extends AutoCloseable
    permits Communicator.Alone, ProcessGroups {
  /** An operation that was started. */
  interface Pending {
    /**
     * Waits for its result.
     *
     * @throws LostPeer when another rank did not do its part in time
     */
    void await();
  }

  /** Number of this rank, 0 to world-1. */
  int rank();

  /** Ranks. */
  int world();

  /**
   * Makes ready for tensors of a device before the first one comes, on all ranks alike.
   *
   * @return what joins them there, one line for the user; empty where there is nothing to say
   * @throws dev.filip.io.BadInput where what it needs is not installed
   */
  String prepare(ComputeDevice device);

  /**
   * The rows of all ranks in rank order: {@code [rows,...]} of each to {@code [world*rows,...]}.
   */
  Tensor gather(Tensor own);

  /**
   * The gradient of {@link #gather}: the sum over ranks of {@code [world*rows,...]}, of which this
   * rank gets its own {@code [rows,...]}.
   */
  Tensor scatterSum(Tensor whole);

  /** Starts to replace a contiguous tensor by its sum over all ranks. */
  Pending sum(Tensor tensor);

  /** Replaces a contiguous tensor by rank 0's. */
  void takeFirst(Tensor tensor);

  /** A few numbers of every rank: {@code [world][own.length]}. */
  default double[][] gather(double[] own) {
    try (var _ = new StepScope()) {
      double[] all = Tensors.toDoubles(gather(Tensors.fromDoubles(own, 1, own.length)));
      double[][] rows = new double[world()][own.length];
      for (int r = 0; r < rows.length; r++) {
        System.arraycopy(all, r * own.length, rows[r], 0, own.length);
      }
      return rows;
    }
  }

  /** The same in whole numbers. */
  default long[][] gather(long[] own) {
    try (var _ = new StepScope()) {
      long[] all = Tensors.toLongs(gather(Tensors.fromLongs(own, 1, own.length)));
      long[][] rows = new long[world()][own.length];
      for (int r = 0; r < rows.length; r++) {
        System.arraycopy(all, r * own.length, rows[r], 0, own.length);
      }
      return rows;
    }
  }

  /** Whether any rank says yes. */
  default boolean any(boolean own) {
    for (long[] said : gather(new long[] {own ? 1 : 0})) {
      if (said[0] != 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  void close();

  /** A run of one process: every sum is the tensor itself. Holds nothing. */
  enum Alone implements Communicator {
    /** The only one. */
    INSTANCE;

    @Override
    public int rank() {
      return 0;
    }

    @Override
    public int world() {
      return 1;
    }

    @Override
    public String prepare(ComputeDevice device) {
      return "";
    }

    @Override
    public Tensor gather(Tensor own) {
      return new Tensor(own);
    }

    @Override
    public Tensor scatterSum(Tensor whole) {
      return new Tensor(whole);
    }

    @Override
    public Pending sum(Tensor tensor) {
      return () -> {};
    }

    @Override
    public void takeFirst(Tensor tensor) {}

    @Override
    public void close() {}
  }
}
