package dev.filip.nn;

import dev.filip.config.Activation;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear map whose weights were packed once for encoding, and the activation after it: {@code
 * [..., in] -> [..., out]} in the type of its arithmetic. Records no gradient. Thread-safe.
 */
interface Product {
  /** A new tensor of the caller's scope; {@code x} is left alone. */
  Tensor forward(Tensor x);

  /**
   * What follows a {@link Product}, by oneDNN's names of its fused operations.
   *
   * <p>QuickGELU {@code x sigmoid(1.702 x)} is {@link #SWISH} between products whose weights carry
   * the factors 1.702 and 1/1.702.
   */
  enum After {
    NOTHING("none", ""),
    SWISH("swish", ""),
    GELU("gelu", "none"),
    GELU_TANH("gelu", "tanh");

    final String operation;
    final String algorithm;

    After(String operation, String algorithm) {
      this.operation = operation;
      this.algorithm = algorithm;
    }

    static After of(Activation activation) {
      return switch (activation) {
        case QUICK_GELU -> SWISH;
        case GELU -> GELU;
        case GELU_PYTORCH_TANH -> GELU_TANH;
      };
    }

    /** The same as an operation of its own, in place where there is one. */
    Tensor apply(Tensor x) {
      return switch (this) {
        case NOTHING -> x;
        case SWISH -> torch.silu_(x);
        case GELU -> torch.gelu(x);
        case GELU_TANH -> torch.gelu(x, "tanh");
      };
    }
  }
}
