package dev.filip.onnx;

import static dev.filip.onnx.OnnxAttribute.integer;

import dev.filip.config.VisionConfig;
import dev.filip.nn.Weights;
import java.util.List;

/**
 * SigLIP's attention pooling as nodes, {@code [b,n,w] -> [b,1,w]}: the sums of {@code PoolingHead}.
 */
record OnnxPoolingHead(OnnxLayers layers, Weights weights, VisionConfig sizes) {
  private static final String NAME = "vision_model.head";
  private static final String ATTENTION = NAME + ".attention";

  String add(String x) {
    OnnxGraph graph = layers.graph();
    int w = sizes.width();
    String query = projected(layers.parameter(NAME + ".probe"), "query", 0, w);
    String both = projected(x, "both", w, 2L * w);
    List<String> parts =
        graph.node(
            "Split",
            List.of(ATTENTION + ".k", ATTENTION + ".v"),
            List.of(both),
            integer("axis", -1));
    String mixed =
        new OnnxHeads(layers, w, sizes.heads(), null)
            .mix(query, parts.get(0), parts.get(1), ATTENTION);
    String y = layers.linear(mixed, ATTENTION + ".out_proj");
    String norm = layers.norm(y, NAME + ".layernorm", sizes.blocks().layerNormEps());
    String inner = layers.linear(norm, NAME + ".mlp.fc1");
    String active = layers.activation(inner, NAME + ".mlp.activation", sizes.blocks().activation());
    String outer = layers.linear(active, NAME + ".mlp.fc2");
    return graph.node("Add", NAME, List.of(y, outer));
  }

  /** {@code x} times some rows of the joined projection. */
  private String projected(String x, String part, long from, long rows) {
    OnnxGraph graph = layers.graph();
    String name = ATTENTION + "." + part;
    String weight =
        graph.constant(
            name + ".weight",
            OnnxType.FLOAT,
            () -> weights.get(ATTENTION + ".in_proj_weight").narrow(0, from, rows).t(),
            sizes.width(),
            rows);
    String bias =
        graph.constant(
            name + ".bias",
            OnnxType.FLOAT,
            () -> weights.get(ATTENTION + ".in_proj_bias").narrow(0, from, rows),
            rows);
    String product = graph.node("MatMul", name + ".product", List.of(x, weight));
    return graph.node("Add", name, List.of(product, bias));
  }
}
