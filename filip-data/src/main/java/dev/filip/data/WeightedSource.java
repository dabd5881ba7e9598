package dev.filip.data;

import dev.filip.io.BadInput;

/** A source of which an epoch holds each sample {@code weight} times (on average). */
public record WeightedSource(SampleSource source, double weight) {
  public WeightedSource {
    BadInput.require(weight > 0 && weight <= 1000, "data.train.weight", weight, "in (0, 1000]");
  }
}
