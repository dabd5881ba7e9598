package dev.filip.onnx;

import static dev.filip.onnx.OnnxGraph.OnnxAttribute.integer;
import static dev.filip.onnx.OnnxGraph.OnnxAttribute.integers;

import dev.filip.config.ModelConfig;
import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.nn.Weights;
import dev.filip.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * The image tower: {@code pixel_values [batch,3,h,w]} to {@code image_tokens [batch,n,d]}, the unit
 * rows of late interaction, and {@code image_embeds [batch,d]}, the unit row that stands for the
 * picture: [CLS] or what the pooling head gives.
 */
final class ImageGraph {
  private static final String EMBEDDINGS = "vision_model.embeddings";
  private static final String PATCHES = EMBEDDINGS + ".patch_embedding";
  private final ModelConfig config;
  private final VisionConfig sizes;
  private final Weights weights;
  private final OnnxGraph graph = new OnnxGraph("image");
  private final OnnxLayers layers;

  private ImageGraph(ModelConfig config, Weights weights) {
    this.config = config;
    this.sizes = config.vision();
    this.weights = weights;
    layers = new OnnxLayers(graph, weights);
  }

  static OnnxGraph of(ModelConfig config, Weights weights) {
    ImageGraph tower = new ImageGraph(config, weights);
    tower.outputs(tower.projected());
    return tower.graph;
  }

  /** {@code [b,n,w]}: patches, without positions. */
  private String patches(String pixels) {
    long p = sizes.patchSize();
    List<String> inputs = new ArrayList<>(List.of(pixels, layers.parameter(PATCHES + ".weight")));
    if (sizes.kind() == VisionKind.SIGLIP) {
      inputs.add(layers.parameter(PATCHES + ".bias"));
    }
    String map =
        graph.node(
            "Conv",
            "patches.map",
            inputs,
            integers("kernel_shape", p, p),
            integers("strides", p, p));
    String columns = layers.reshape(map, "patches.columns", 0, sizes.width(), -1);
    return layers.transpose(columns, "patches", 0, 2, 1);
  }

  private String embedded() {
    String side = Integer.toString(sizes.imageSize());
    String pixels =
        graph.input("pixel_values", OnnxGraph.OnnxType.FLOAT, "batch 3 " + side + " " + side);
    String patches = patches(pixels);
    String tokens =
        switch (sizes.kind()) {
          case CLIP, DECLIP ->
              graph.node("Concat", "tokens", List.of(cls(pixels), patches), integer("axis", 1));
          case SIGLIP -> patches;
        };
    return graph.node(
        "Add",
        "embedded",
        List.of(tokens, layers.parameter(EMBEDDINGS + ".position_embedding.weight")));
  }

  /** [CLS] once for each image. */
  private String cls(String pixels) {
    String shape = graph.node("Shape", "pixels.shape", List.of(pixels));
    String batch =
        graph.node(
            "Slice",
            "batch.size",
            List.of(shape, graph.integers("zero", 0), graph.integers("one", 1)));
    String rest = graph.integers("cls.rest", 1, sizes.width());
    String wanted = graph.node("Concat", "cls.shape", List.of(batch, rest), integer("axis", 0));
    String one = layers.parameter(EMBEDDINGS + ".class_embedding");
    return graph.node("Expand", "cls", List.of(one, wanted));
  }

  /** {@code [b,1+n,d]}: what stands for the picture, then the patches. */
  private String projected() {
    double eps = sizes.blocks().layerNormEps();
    String embedded = embedded();
    String before =
        switch (sizes.kind()) {
          case CLIP, DECLIP -> layers.norm(embedded, "vision_model.pre_layrnorm", eps);
          case SIGLIP -> embedded;
        };
    OnnxTransformer blocks =
        new OnnxTransformer(
            layers, "vision_model.encoder", sizes.width(), sizes.heads(), sizes.blocks(), null);
    String x = blocks.add(before, sizes.layers());
    String y = after(x, eps);
    String rows =
        switch (sizes.kind()) {
          case CLIP, DECLIP -> y;
          case SIGLIP -> {
            String pooled = new OnnxPoolingHead(layers, weights, sizes).add(y);
            yield graph.node("Concat", "rows", List.of(pooled, y), integer("axis", 1));
          }
        };
    return layers.projection(rows, "visual_projection");
  }

  /** The final norm, which of kind DECLIP only scales and moves. */
  private String after(String x, double eps) {
    String name = "vision_model.post_layernorm";
    if (sizes.kind() != VisionKind.DECLIP) {
      return layers.norm(x, name, eps);
    }
    String scaled =
        graph.node("Mul", name + ".scaled", List.of(x, layers.parameter(name + ".weight")));
    return graph.node("Add", name, List.of(scaled, layers.parameter(name + ".bias")));
  }

  private void outputs(String projected) {
    String unit = layers.unit(projected, "tokens.unit");
    graph.node(
        "Slice",
        "image_tokens",
        List.of(
            unit,
            graph.integers("first", config.cls() ? 0 : 1),
            graph.integers("last", Integer.MAX_VALUE),
            graph.integers("axis", 1)));
    String index =
        graph.constant("cls.index", OnnxGraph.OnnxType.INT64, () -> Tensors.fromLongs(new long[1]));
    graph.node("Gather", "image_embeds", List.of(unit, index), integer("axis", 1));
    graph.output(
        "image_tokens",
        OnnxGraph.OnnxType.FLOAT,
        "batch " + config.imageTokens() + " " + config.embedDim());
    graph.output("image_embeds", OnnxGraph.OnnxType.FLOAT, "batch " + config.embedDim());
  }

  /**
   * SigLIP's attention pooling as nodes, {@code [b,n,w] -> [b,1,w]}: the sums of {@code
   * PoolingHead}.
   */
  private record OnnxPoolingHead(OnnxLayers layers, Weights weights, VisionConfig sizes) {
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
      String active =
          layers.activation(inner, NAME + ".mlp.activation", sizes.blocks().activation());
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
              OnnxGraph.OnnxType.FLOAT,
              () -> weights.get(ATTENTION + ".in_proj_weight").narrow(0, from, rows).t(),
              sizes.width(),
              rows);
      String bias =
          graph.constant(
              name + ".bias",
              OnnxGraph.OnnxType.FLOAT,
              () -> weights.get(ATTENTION + ".in_proj_bias").narrow(0, from, rows),
              rows);
      String product = graph.node("MatMul", name + ".product", List.of(x, weight));
      return graph.node("Add", name, List.of(product, bias));
    }
  }
}
