package dev.filip.onnx;

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
    OnnxHeads product = new OnnxHeads(layers, width, heads, mask);
    String mixed = product.mix(parts.get(0), parts.get(1), parts.get(2), name);
    return layers.linear(mixed, name + ".out_proj");
  }
}
