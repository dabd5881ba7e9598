package dev.filip.loss;

import dev.filip.distributed.Communicator;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The text tokens of all ranks, {@code [B,m,d]}, m being the longest text of any; and the way back
 * of their gradient. Sizes are agreed on first: ranks never send each other tensors of different
 * shapes. On one rank the tensor is the caller's own.
 */
record GatheredTexts(Tensor tokens, int[] length, long ownTokens, Communicator ranks) {

  /** Lengths and faults of all ranks. */
  private record Agreed(int[] length, long fault) {}

  /**
   * @param own rounded fp32 tokens of this rank, {@code [b,m,d]}
   * @param fault 0, or what is wrong with this rank's features: all ranks then throw alike
   */
  static GatheredTexts of(
      Tensor own,
      int[] length,
      NonFiniteLoss.Fault fault,
      FeaturePrecision precision,
      Communicator ranks) {
    Agreed agreed = agree(length, fault, ranks);
    NonFiniteLoss.Fault.of(agreed.fault).raise();
    if (ranks.world() == 1) {
      return new GatheredTexts(own, length, own.size(1), ranks);
    }
    long longest = Arrays.stream(agreed.length).max().orElseThrow();
    try (StepScope scope = new StepScope()) {
      Tensor all = ranks.gather(precision.narrow(fit(own, longest)));
      return new GatheredTexts(scope.up(precision.widen(all)), agreed.length, own.size(1), ranks);
    }
  }

  private static Agreed agree(int[] length, NonFiniteLoss.Fault fault, Communicator ranks) {
    long[] mine = Arrays.copyOf(Arrays.stream(length).asLongStream().toArray(), length.length + 1);
    mine[length.length] = fault.ordinal();
    int[] all = new int[length.length * ranks.world()];
    long worst = 0;
    int at = 0;
    for (long[] rank : ranks.gather(mine)) {
      for (int i = 0; i < length.length; i++) {
        all[at++] = Math.toIntExact(rank[i]);
      }
      worst = Math.max(worst, rank[length.length]);
    }
    return new Agreed(all, worst);
  }

  /** {@code [b,m,d]} cut or padded with zeros to so many tokens. */
  private static Tensor fit(Tensor rows, long tokens) {
    long have = rows.size(1);
    if (have >= tokens) {
      return have == tokens ? rows : rows.narrow(1, 0, tokens).contiguous();
    }
    long[] shape = Tensors.shape(rows);
    shape[1] = tokens;
    Tensor padded = torch.zeros(shape, rows.options());
    padded.narrow(1, 0, have).copy_(rows);
    return padded;
  }

  /** This rank's part of the gradient that all ranks found, {@code [b,m,d]} as its own tokens. */
  Tensor back(Tensor gradient) {
    if (ranks.world() == 1) {
      return gradient;
    }
    try (StepScope scope = new StepScope()) {
      return scope.up(fit(ranks.scatterSum(gradient), ownTokens));
    }
  }
}
