package dev.filip.train;

import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.StepScope;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/**
 * How the towers use the cores: {@code shards} threads take a part of the batch each, and each
 * part's operations run on {@code threads} native threads.
 *
 * <p>Small models have small operations: splitting each of them costs more than it gives (measured
 * on 2 busy cores, width 64: 1.8 s a backward pass split by libtorch, 0.1 s on one thread), so
 * there the batch is split instead. Both numbers fix the order of sums, so they belong to a run's
 * state.
 */
record Parallelism(int shards, int threads) {
  private static final long SMALL_MODEL = 20_000_000;
  private static final int SMALLEST_SHARD = 4;

  /** For a model of so many parameters on so many cores. */
  static Parallelism choose(long parameters, int batch, ComputeDevice device, int cores) {
    if (!device.isCpu() || parameters > SMALL_MODEL) {
      return new Parallelism(1, cores);
    }
    return new Parallelism(Math.max(1, Math.min(cores, batch / SMALLEST_SHARD)), 1);
  }

  /** Sets the calling thread's libtorch and all of OpenBLAS to {@code threads}. */
  static void set(int threads) {
    torch.set_num_threads(threads);
    Loader.load(openblas.class);
    try (var _ = new StepScope()) { // each call makes an object of its own
      openblas.blas_set_num_threads(threads);
    }
  }
}
