package dev.filip.nn;

import org.bytedeco.pytorch.Tensor;

/** Scale and shift over the last dimension: a layer norm without the norm. */
public final class Affine {
  private final Tensor weight;
  private final Tensor bias;

  /** Reads {@code name.weight} and {@code name.bias}, both {@code [w]}. */
  public Affine(Weights weights, String name) {
    weight = weights.get(name + ".weight");
    bias = weights.get(name + ".bias");
  }

  /** {@code [..., w] -> [..., w]}. */
  public Tensor forward(Tensor x) {
    return x.mul(weight).add(bias);
  }
}
