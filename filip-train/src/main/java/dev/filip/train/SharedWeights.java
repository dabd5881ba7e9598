package dev.filip.train;

import dev.filip.distributed.Communicator;
import dev.filip.optim.FlatParameters;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The weights that every rank has alike. Borrows both; used by one thread. */
record SharedWeights(FlatParameters parameters, Communicator ranks) {
  private static final long PIECE = 25L * 1024 * 1024 / Float.BYTES;

  /** Gives every rank the first one's. */
  void takeFirst() {
    try (var _ = new StepScope()) {
      for (long from = 0; from < parameters.size(); from += PIECE) {
        long count = Math.min(PIECE, parameters.size() - from);
        ranks.takeFirst(parameters.values().narrow(0, from, count));
      }
    }
  }

  /** The first rank whose weights are not the first one's bits, or 0. */
  int drifted() {
    try (var _ = new StepScope()) {
      Tensor bits = parameters.values().view(ScalarType.Int).sum();
      long[][] sums = ranks.gather(new long[] {Tensors.toLongs(bits)[0]});
      for (int r = 1; r < sums.length; r++) {
        if (sums[r][0] != sums[0][0]) {
          return r;
        }
      }
      return 0;
    }
  }
}
