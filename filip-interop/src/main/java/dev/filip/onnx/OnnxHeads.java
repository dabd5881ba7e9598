package dev.filip.onnx;

import static dev.filip.onnx.OnnxGraph.OnnxAttribute.integer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What attention does between its projections as nodes: queries {@code [b,k,w]} (or {@code
 * [1,k,w]}, the same for all), keys and values {@code [b,n,w]} to {@code [b,k,w]}.
 *
 * @param mask value added to the scores {@code [k,n]}, or null for none
 */
record OnnxHeads(OnnxLayers layers, int width, int heads, @Nullable String mask) {
  String mix(String queries, String keys, String values, String name) {
    OnnxGraph graph = layers.graph();
    String q = layers.times(queries, name + ".scaled", 1 / Math.sqrt((double) width / heads));
    String scores =
        graph.node(
            "MatMul",
            name + ".scores",
            List.of(
                part(q, name + ".queries", 0, 2, 1, 3), part(keys, name + ".keys", 0, 2, 3, 1)));
    if (mask != null) {
      scores = graph.node("Add", name + ".masked", List.of(scores, mask));
    }
    String share = graph.node("Softmax", name + ".share", List.of(scores), integer("axis", -1));
    String mixed =
        graph.node(
            "MatMul", name + ".mixed", List.of(share, part(values, name + ".values", 0, 2, 1, 3)));
    String rows = layers.transpose(mixed, name + ".rows", 0, 2, 1, 3);
    return layers.reshape(rows, name + ".joined", 0, 0, width);
  }

  private String part(String x, String name, long... order) {
    String parted = layers.reshape(x, name + ".parted", 0, 0, heads, width / heads);
    return layers.transpose(parted, name, order);
  }
}
