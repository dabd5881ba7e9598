package dev.filip.train;

import dev.filip.data.RowShare;
import dev.filip.distributed.Communicator;
import dev.filip.io.BadInput;
import java.util.Arrays;

/** The ranks of a run for its data: numbers gathered by the communicator. */
record RankShare(Communicator communicator) implements RowShare {
  /** Throws where a batch cannot be dealt out evenly. */
  static void requireDivides(int batch, int world) {
    BadInput.require(
        batch % world == 0, "batch", batch, "a multiple of the " + world + " processes of the run");
  }

  @Override
  public int rank() {
    return communicator.rank();
  }

  @Override
  public int world() {
    return communicator.world();
  }

  /** Two gathers: how many each has, and as many of each as the most. */
  @Override
  public long[][] gather(long[] own) {
    if (world() == 1) {
      return new long[][] {own};
    }
    long[][] counts = communicator.gather(new long[] {own.length});
    int most = (int) Arrays.stream(counts).mapToLong(count -> count[0]).max().orElse(0);
    long[][] all = communicator.gather(Arrays.copyOf(own, Math.max(1, most)));
    for (int r = 0; r < all.length; r++) {
      all[r] = Arrays.copyOf(all[r], (int) counts[r][0]);
    }
    return all;
  }
}
