package dev.filip.onnx;

import dev.filip.io.ProtoBytes;

/** {@code AttributeProto} of the three kinds that our operators have. */
final class OnnxAttribute {
  private static final int TYPE = 20;

  private OnnxAttribute() {}

  static ProtoBytes number(String name, double value) {
    return new ProtoBytes().text(1, name).fixed32(2, (float) value).integer(TYPE, 1);
  }

  static ProtoBytes integer(String name, long value) {
    return new ProtoBytes().text(1, name).integer(3, value).integer(TYPE, 2);
  }

  static ProtoBytes integers(String name, long... values) {
    ProtoBytes attribute = new ProtoBytes().text(1, name);
    for (long value : values) {
      attribute.integer(8, value);
    }
    return attribute.integer(TYPE, 7);
  }
}
