package dev.filip.onnx;

import static dev.filip.onnx.OnnxGraph.OnnxAttribute.integer;
import static dev.filip.onnx.OnnxGraph.OnnxAttribute.integers;
import static dev.filip.onnx.OnnxGraph.OnnxAttribute.number;

import dev.filip.config.Activation;
import dev.filip.nn.Weights;
import dev.filip.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The layers of both towers as nodes: the same sums as {@code dev.filip.nn}, fp32. A layer's values
 * are named after its parameters.
 */
final class OnnxLayers {
  private final OnnxGraph graph;
  private final Weights weights;

  OnnxLayers(OnnxGraph graph, Weights weights) {
    this.graph = graph;
    this.weights = weights;
  }

  /** A parameter as it is. */
  String parameter(String name) {
    return graph.has(name)
        ? name
        : graph.constant(
            name,
            OnnxGraph.OnnxType.FLOAT,
            () -> weights.get(name),
            Tensors.shape(weights.get(name)));
  }

  /** {@code x W^T}. */
  String projection(String x, String name) {
    long[] shape = Tensors.shape(weights.get(name + ".weight"));
    String turned =
        graph.constant(
            name + ".weight",
            OnnxGraph.OnnxType.FLOAT,
            () -> weights.get(name + ".weight").t(),
            shape[1],
            shape[0]);
    return graph.node("MatMul", name + ".product", List.of(x, turned));
  }

  /** {@code x W^T + b}. */
  String linear(String x, String name) {
    String product = projection(x, name);
    return graph.node("Add", name, List.of(product, parameter(name + ".bias")));
  }

  /** Layer norm over the last dimension. */
  String norm(String x, String name, double eps) {
    return graph.node(
        "LayerNormalization",
        name,
        List.of(x, parameter(name + ".weight"), parameter(name + ".bias")),
        integer("axis", -1),
        number("epsilon", eps));
  }

  /** Rows over their L2 norm. */
  String unit(String x, String name) {
    String norm =
        graph.node(
            "ReduceL2", name + ".norm", List.of(x), integers("axes", -1), integer("keepdims", 1));
    return graph.node("Div", name, List.of(x, norm));
  }

  String transpose(String x, String name, long... order) {
    return graph.node("Transpose", name, List.of(x), integers("perm", order));
  }

  /** Another shape; 0 keeps a size, -1 is what is left. */
  String reshape(String x, String name, long... shape) {
    return graph.node("Reshape", name, List.of(x, graph.integers(name + ".shape", shape)));
  }

  /** The three projections of attention as one product, parted. */
  List<String> queriesKeysValues(String x, String name, long width) {
    String weight =
        graph.constant(
            name + ".qkv.weight",
            OnnxGraph.OnnxType.FLOAT,
            () -> cat(name, ".weight").t(),
            width,
            3 * width);
    String bias =
        graph.constant(
            name + ".qkv.bias", OnnxGraph.OnnxType.FLOAT, () -> cat(name, ".bias"), 3 * width);
    String product = graph.node("MatMul", name + ".qkv.product", List.of(x, weight));
    String sum = graph.node("Add", name + ".qkv", List.of(product, bias));
    return graph.node(
        "Split", List.of(name + ".q", name + ".k", name + ".v"), List.of(sum), integer("axis", -1));
  }

  private Tensor cat(String name, String part) {
    return torch.cat(
        new TensorVector(
            weights.get(name + ".q_proj" + part),
            weights.get(name + ".k_proj" + part),
            weights.get(name + ".v_proj" + part)),
        0);
  }

  /** The MLP's activation. */
  String activation(String x, String name, Activation activation) {
    return switch (activation) {
      case QUICK_GELU -> {
        String steep = times(x, name + ".steep", 1.702);
        String gate = graph.node("Sigmoid", name + ".gate", List.of(steep));
        yield graph.node("Mul", name, List.of(x, gate));
      }
      case GELU -> {
        String narrow = times(x, name + ".narrow", 1 / Math.sqrt(2));
        String erf = graph.node("Erf", name + ".erf", List.of(narrow));
        yield half(x, name, erf);
      }
      case GELU_PYTORCH_TANH -> {
        String square = graph.node("Mul", name + ".square", List.of(x, x));
        String slope = times(square, name + ".slope", 0.044715);
        String factor = graph.node("Add", name + ".factor", List.of(slope, graph.number(1)));
        String bent = graph.node("Mul", name + ".bent", List.of(x, factor));
        String scaled = times(bent, name + ".scaled", Math.sqrt(2 / Math.PI));
        yield half(x, name, graph.node("Tanh", name + ".tanh", List.of(scaled)));
      }
    };
  }

  /** {@code x (1 + gate) / 2}. */
  private String half(String x, String name, String gate) {
    String one = graph.node("Add", name + ".one", List.of(gate, graph.number(1)));
    String product = graph.node("Mul", name + ".product", List.of(x, one));
    return graph.node("Mul", name, List.of(product, graph.number(0.5)));
  }

  /** {@code x} times a number. */
  String times(String x, String name, double factor) {
    return graph.node("Mul", name, List.of(x, graph.number(factor)));
  }

  OnnxGraph graph() {
    return graph;
  }
}
