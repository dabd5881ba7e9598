package dev.filip.train;

/** Where the time of a training step goes. */
public enum Stage {
  /** Waiting for the next batch, and its copy into tensors. */
  DATA,
  /** Both towers' forward passes. */
  TOWERS,
  /** The loss and its gradient on the features. */
  LOSS,
  /** Both towers' backward passes. */
  BACKWARD,
  /** Clipping, the update, the clamp. */
  OPTIMIZER;

  /** The key in {@code metrics.jsonl}: {@code seconds_data}. */
  public String key() {
    return "seconds_" + name().toLowerCase(java.util.Locale.ROOT);
  }
}
