package dev.filip.train;

import dev.filip.config.RunConfig;

/**
 * What the towers hold for the backward pass.
 *
 * @param microBatch pairs whose activations are held at a time, 0 for the whole batch
 * @param checkpoint whether a block keeps its input only and is computed again
 */
record Activations(int microBatch, boolean checkpoint) {
  /** Everything, of the whole batch. */
  static final Activations ALL = new Activations(0, false);

  static Activations of(RunConfig config) {
    return new Activations(config.microBatch(), config.gradientCheckpointing());
  }

  /** Rows that each of so many shards holds of its {@code rows}. */
  int rows(int rows, int shards) {
    return microBatch == 0 ? rows : Math.min(rows, Math.max(1, microBatch / shards));
  }
}
