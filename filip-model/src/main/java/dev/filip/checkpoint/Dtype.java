package dev.filip.checkpoint;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number types of safetensors that libtorch has, too. */
public enum Dtype {
  F64(8, ScalarType.Double),
  F32(4, ScalarType.Float),
  F16(2, ScalarType.Half),
  BF16(2, ScalarType.BFloat16),
  I64(8, ScalarType.Long),
  I32(4, ScalarType.Int),
  I16(2, ScalarType.Short),
  I8(1, ScalarType.Char),
  U8(1, ScalarType.Byte),
  BOOL(1, ScalarType.Bool);

  private final int bytes;
  private final ScalarType type;

  Dtype(int bytes, ScalarType type) {
    this.bytes = bytes;
    this.type = type;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** libtorch's name of it. */
  public ScalarType type() {
    return type;
  }

  /** The dtype of a tensor; one that safetensors lacks is an IllegalArgumentException. */
  static Dtype of(ScalarType type) {
    for (Dtype dtype : values()) {
      if (dtype.type == type.intern()) {
        return dtype;
      }
    }
    throw new IllegalArgumentException("safetensors cannot hold " + type.intern());
  }
}
