package dev.filip.checkpoint;

import dev.filip.folder.Dtype;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Number types of safetensors by libtorch's names. */
public final class TorchTypes {
  private TorchTypes() {}

  /** libtorch's name of a dtype. */
  public static ScalarType of(Dtype dtype) {
    return switch (dtype) {
      case F64 -> ScalarType.Double;
      case F32 -> ScalarType.Float;
      case F16 -> ScalarType.Half;
      case BF16 -> ScalarType.BFloat16;
      case I64 -> ScalarType.Long;
      case I32 -> ScalarType.Int;
      case I16 -> ScalarType.Short;
      case I8 -> ScalarType.Char;
      case U8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
    };
  }

  /** The dtype of a tensor; one that safetensors lacks is an IllegalArgumentException. */
  static Dtype of(ScalarType type) {
    for (Dtype dtype : Dtype.values()) {
      if (of(dtype) == type.intern()) {
        return dtype;
      }
    }
    throw new IllegalArgumentException("safetensors cannot hold " + type.intern());
  }
}
