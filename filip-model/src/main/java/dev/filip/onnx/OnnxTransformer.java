package dev.filip.onnx;

import static dev.filip.onnx.OnnxAttribute.integer;

import dev.filip.config.BlockForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stack of pre-norm blocks as nodes, {@code [b,n,w] -> [b,n,w]}; block K's residual output is
 * named {@code NAME.layers.K}.
 *
 * @param mask value added to the scores {@code [n,n]}, or null for none
 */
record OnnxTransformer(
    OnnxLayers layers, String name, int width, int heads, BlockForm form, @Nullable String mask) {
  /** Adds {@code count} blocks and names the last one's result. */
  String add(String x, int count) {
    String y = x;
    for (int i = 0; i < count; i++) {
      y = block(y, name + ".layers." + i);
    }
    return y;
  }

  private String block(String x, String block) {
    double eps = form.layerNormEps();
    String mixed = attention(layers.norm(x, block + ".layer_norm1", eps), block + ".self_attn");
    String y = layers.graph().node("Add", block + ".attended", List.of(x, mixed));
    String inner = layers.linear(layers.norm(y, block + ".layer_norm2", eps), block + ".mlp.fc1");
    String active = layers.activation(inner, block + ".mlp.activation", form.activation());
    String outer = layers.linear(active, block + ".mlp.fc2");
    return layers.graph().node("Add", block, List.of(y, outer));
  }

  private String attention(String x, String name) {
    List<String> parts = layers.queriesKeysValues(x, name, width);
    String q = layers.times(parts.get(0), name + ".scaled", 1 / Math.sqrt((double) width / heads));
    String mixed =
        mix(
            heads(q, name + ".queries", 0, 2, 1, 3),
            heads(parts.get(1), name + ".keys", 0, 2, 3, 1),
            heads(parts.get(2), name + ".values", 0, 2, 1, 3),
            name);
    String rows = layers.transpose(mixed, name + ".rows", 0, 2, 1, 3);
    return layers.linear(layers.reshape(rows, name + ".joined", 0, 0, width), name + ".out_proj");
  }

  private String heads(String x, String name, long... order) {
    String parted = layers.reshape(x, name + ".parted", 0, 0, heads, width / heads);
    return layers.transpose(parted, name, order);
  }

  private String mix(String q, String k, String v, String name) {
    OnnxGraph graph = layers.graph();
    String scores = graph.node("MatMul", name + ".scores", List.of(q, k));
    if (mask != null) {
      scores = graph.node("Add", name + ".masked", List.of(scores, mask));
    }
    String share = graph.node("Softmax", name + ".share", List.of(scores), integer("axis", -1));
    return graph.node("MatMul", name + ".mixed", List.of(share, v));
  }
}
