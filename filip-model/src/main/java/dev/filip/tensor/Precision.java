package dev.filip.tensor;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Arithmetic of the towers' matrix products. Norms, features and losses stay fp32. */
public enum Precision {
  FP32(ScalarType.Float),
  /** Autocast to bfloat16. */
  BF16(ScalarType.BFloat16),
  /** Autocast to float16: on a GPU only, with {@link LossScale}. */
  FP16(ScalarType.Half),
  /** Products of packed weights in 8-bit integers: for encoding on a CPU only. */
  INT8(ScalarType.Float);

  private final ScalarType type;

  Precision(ScalarType type) {
    this.type = type;
  }

  /** libtorch's type of the products under autocast. */
  ScalarType type() {
    return type;
  }

  /** The config's word: {@code fp32}, {@code bf16}, {@code fp16}, {@code int8}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
