package dev.filip.onnx;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number types of our graphs, with ONNX's own numbers for them. */
enum OnnxType {
  FLOAT(1, 4, ScalarType.Float),
  INT64(7, 8, ScalarType.Long);

  private final int code;
  private final int bytes;
  private final ScalarType type;

  OnnxType(int code, int bytes, ScalarType type) {
    this.code = code;
    this.bytes = bytes;
    this.type = type;
  }

  /** {@code TensorProto.DataType}. */
  int code() {
    return code;
  }

  /** Bytes of one number. */
  int bytes() {
    return bytes;
  }

  /** libtorch's name of it. */
  ScalarType type() {
    return type;
  }
}
