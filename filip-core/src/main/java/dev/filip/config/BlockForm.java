package dev.filip.config;

import static dev.filip.io.BadInput.require;

/**
 * What the blocks of a tower compute beside its sizes.
 *
 * @param intermediateSize width inside the MLP
 * @param layerNormEps added to the variance in every layer norm of the tower
 */
public record BlockForm(int intermediateSize, Activation activation, double layerNormEps) {
  /** Blocks of a tower at most; a file that says more is damaged (chosen). */
  static final int MOST_LAYERS = 4096;

  private static final int RATIO = 4;
  private static final double CLIP_EPS = 1e-5;
  private static final double SIGLIP_EPS = 1e-6;

  public BlockForm {
    require(intermediateSize > 0, "intermediate_size", intermediateSize, "> 0");
    require(
        layerNormEps > 0 && layerNormEps < 1, "layer_norm_eps", layerNormEps, "between 0 and 1");
  }

  /** CLIP's: an MLP of 4 x width, eps 1e-5. */
  public static BlockForm clip(int width, Activation activation) {
    return new BlockForm(Math.max(1, RATIO * width), activation, CLIP_EPS);
  }

  /** SigLIP's: an MLP of 4 x width (the so400m towers have another), GELU's tanh form, eps 1e-6. */
  public static BlockForm siglip(int width) {
    return new BlockForm(Math.max(1, RATIO * width), Activation.GELU_PYTORCH_TANH, SIGLIP_EPS);
  }

  /** The same with another activation. */
  public BlockForm withActivation(Activation other) {
    return new BlockForm(intermediateSize, other, layerNormEps);
  }
}
