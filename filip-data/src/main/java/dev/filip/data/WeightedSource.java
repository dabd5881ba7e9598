package dev.filip.data;

import dev.filip.io.BadInput;

/**
 * A source of which an epoch holds each sample {@code weight} times (on average), or whose share of
 * the batches' samples is told.
 *
 * @param share in proportion to those of the other sources; 0: by size x weight
 */
public record WeightedSource(SampleSource source, double weight, double share) {
  public WeightedSource {
    BadInput.require(weight > 0 && weight <= 1000, "data.train.weight", weight, "in (0, 1000]");
    BadInput.require(
        share >= 0 && Double.isFinite(share), "data.train.share", share, "a number above 0");
  }

  /** By size x weight. */
  public WeightedSource(SampleSource source, double weight) {
    this(source, weight, 0);
  }
}
