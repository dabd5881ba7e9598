package dev.filip.onnx;

import dev.filip.io.ProtoBytes;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A graph being built ({@code GraphProto}): values are named texts, every node's name is that of
 * its first result. Not thread-safe.
 */
final class OnnxGraph {
  private final ProtoBytes message = new ProtoBytes();
  private final List<OnnxTensor> tensors = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  OnnxGraph(String name) {
    message.text(2, name);
  }

  /**
   * Declares an input.
   *
   * @param shape sizes parted by spaces, numbers or names of free sizes: {@code batch 3 84 84}
   */
  String input(String name, OnnxType type, String shape) {
    message.message(11, value(fresh(name), type, shape));
    return name;
  }

  /** Declares a value that exists as an output. */
  void output(String name, OnnxType type, String shape) {
    message.message(12, value(name, type, shape));
  }

  /** Adds a node with one result, which is named. */
  String node(String operator, String name, List<String> inputs, ProtoBytes... attributes) {
    return node(operator, List.of(name), inputs, attributes).getFirst();
  }

  /** Adds a node with several results. */
  List<String> node(
      String operator, List<String> outputs, List<String> inputs, ProtoBytes... attributes) {
    ProtoBytes node = new ProtoBytes();
    inputs.forEach(input -> node.text(1, input));
    outputs.forEach(output -> node.text(2, fresh(output)));
    node.text(3, outputs.getFirst()).text(4, operator);
    for (ProtoBytes attribute : attributes) {
      node.message(5, attribute);
    }
    message.message(1, node);
    return outputs;
  }

  /** Adds a constant; {@code values} is asked when the graph is written. */
  String constant(String name, OnnxType type, Supplier<Tensor> values, long... shape) {
    tensors.add(new OnnxTensor(fresh(name), type, shape, values));
    return name;
  }

  /** A number without dimensions; the same number is the same constant. */
  String number(double value) {
    String name = "number " + value;
    return has(name)
        ? name
        : constant(name, OnnxType.FLOAT, () -> Tensors.fromFloats(new float[] {(float) value}));
  }

  /** Adds a list of whole numbers. */
  String integers(String name, long... values) {
    return constant(
        name, OnnxType.INT64, () -> Tensors.fromLongs(values, values.length), values.length);
  }

  /** Whether a value of this name exists. */
  boolean has(String name) {
    return names.contains(name);
  }

  /** All of the message but its constants. */
  ProtoBytes message() {
    return message;
  }

  List<OnnxTensor> tensors() {
    return Collections.unmodifiableList(tensors);
  }

  private String fresh(String name) {
    if (!names.add(name)) {
      throw new IllegalArgumentException("two values of the graph are named " + name);
    }
    return name;
  }

  private static ProtoBytes value(String name, OnnxType type, String shape) {
    ProtoBytes dims = new ProtoBytes();
    for (String size : shape.split(" ")) {
      boolean free = !Character.isDigit(size.charAt(0));
      ProtoBytes dim = new ProtoBytes();
      dims.message(1, free ? dim.text(2, size) : dim.integer(1, Long.parseLong(size)));
    }
    ProtoBytes tensor = new ProtoBytes().integer(1, type.code()).message(2, dims);
    return new ProtoBytes().text(1, name).message(2, new ProtoBytes().message(1, tensor));
  }

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

  /** {@code AttributeProto} of the three kinds that our operators have. */
  static final class OnnxAttribute {
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

  /**
   * A constant of a graph ({@code TensorProto}).
   *
   * @param values asked once, when it is written; what it makes is freed then
   */
  record OnnxTensor(String name, OnnxGraph.OnnxType type, long[] shape, Supplier<Tensor> values) {
    /** Bytes of its numbers. */
    long bytes() {
      long bytes = type.bytes();
      for (long size : shape) {
        bytes = Math.multiplyExact(bytes, size);
      }
      return bytes;
    }

    /** The message up to its numbers. */
    ProtoBytes head() {
      ProtoBytes head = new ProtoBytes();
      for (long size : shape) {
        head.integer(1, size);
      }
      return head.integer(2, type.code()).text(8, name);
    }

    /** Writes the numbers. */
    void write(WritableByteChannel channel) throws IOException {
      try (var _ = new StepScope()) {
        Tensor tensor = values.get();
        Tensors.expect(tensor, name, shape);
        Tensors.write(channel, tensor.to(type.type()));
      }
    }
  }
}
