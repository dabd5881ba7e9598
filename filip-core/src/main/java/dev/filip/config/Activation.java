package dev.filip.config;

/** The MLP's activation, by transformers' names. */
public enum Activation {
  /** {@code x * sigmoid(1.702 x)}, OpenAI's CLIP. */
  QUICK_GELU,
  /** The exact (erf) GELU, open_clip's. */
  GELU,
  /** GELU's tanh form, SigLIP's. */
  GELU_PYTORCH_TANH
}
