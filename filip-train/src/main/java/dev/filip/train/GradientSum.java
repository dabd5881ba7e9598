package dev.filip.train;

import dev.filip.distributed.Communicator;
import dev.filip.optim.FlatParameters;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The parameters' gradients of all ranks in one sum: buckets of the flat buffer that are under way
 * together. The loss is a mean over the pairs of all ranks already, so nothing is divided. Borrows
 * both; used by one thread.
 */
final class GradientSum {
  /** 25 MB of fp32, c10d's own bucket: large enough for bandwidth, small enough to overlap. */
  private static final long BUCKET = 25L * 1024 * 1024 / Float.BYTES;

  private final FlatParameters parameters;
  private final Communicator ranks;
  private final long bucket;

  GradientSum(FlatParameters parameters, Communicator ranks) {
    this(parameters, ranks, BUCKET);
  }

  GradientSum(FlatParameters parameters, Communicator ranks, long bucket) {
    this.parameters = parameters;
    this.ranks = ranks;
    this.bucket = bucket;
  }

  /** Adds the other ranks' gradients; all buckets are under way at once. */
  void run() {
    if (ranks.world() == 1) {
      return;
    }
    try (var _ = new StepScope()) {
      List<Communicator.Pending> underWay = new ArrayList<>();
      for (long from = 0; from < parameters.size(); from += bucket) {
        long count = Math.min(bucket, parameters.size() - from);
        underWay.add(ranks.sum(parameters.gradients().narrow(0, from, count)));
      }
      underWay.forEach(Communicator.Pending::await);
    }
  }

  /** Gives every rank the first one's weights. */
  void shareWeights() {
    try (var _ = new StepScope()) {
      for (long from = 0; from < parameters.size(); from += bucket) {
        long count = Math.min(bucket, parameters.size() - from);
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
