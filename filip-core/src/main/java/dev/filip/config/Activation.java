package dev.filip.config;

/** The MLP's activation. */
public enum Activation {
  /** {@code x * sigmoid(1.702 x)}, OpenAI's CLIP. */
  QUICK_GELU,
  /** The exact (erf) GELU. */
  GELU
}
