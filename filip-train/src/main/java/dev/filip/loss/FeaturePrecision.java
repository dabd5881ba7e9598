package dev.filip.loss;

import dev.filip.io.BadInput;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What features are rounded to before similarities are made of them (paper 2.3: 16 bits before
 * communication). Sums stay fp32; the gradient passes through the rounding unchanged.
 */
public enum FeaturePrecision {
  FP32(ScalarType.Float),
  BF16(ScalarType.BFloat16),
  FP16(ScalarType.Half);

  private final ScalarType type;

  FeaturePrecision(ScalarType type) {
    this.type = type;
  }

  /** By its name in a run config. */
  public static FeaturePrecision of(String name) {
    return switch (name) {
      case "auto", "fp32" -> FP32;
      case "bf16" -> BF16;
      case "fp16" -> FP16;
      default -> throw BadInput.of("loss.feature_precision", name, "fp32, bf16 or fp16");
    };
  }

  /** As it is sent to other ranks: half the bytes where it was rounded, without further loss. */
  Tensor narrow(Tensor rounded) {
    return this == FP32 ? rounded : rounded.to(type);
  }

  /** As it is multiplied. */
  Tensor widen(Tensor received) {
    return this == FP32 ? received : received.to(ScalarType.Float);
  }

  Rounded round(Tensor features) {
    if (this == FP32) {
      return new Rounded(features, false);
    }
    try (Tensor half = features.to(type)) {
      return new Rounded(half.to(ScalarType.Float), true);
    }
  }
}
