package dev.filip.curate;

import dev.filip.io.BadInput;

/**
 * How it is done; none of it but {@code perShard} changes what comes out.
 *
 * @param perShard samples of a written shard
 * @param workers threads
 * @param force begin anew, and replace what such a command wrote there before
 */
public record CurateOptions(int perShard, int workers, boolean force) {
  public CurateOptions {
    BadInput.require(perShard > 0, "--shard-size", perShard, "> 0");
    BadInput.require(workers > 0 && workers <= 1024, "--workers", workers, "in [1, 1024]");
  }
}
