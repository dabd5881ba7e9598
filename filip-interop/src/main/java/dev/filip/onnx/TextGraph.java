package dev.filip.onnx;

import static dev.filip.onnx.OnnxGraph.OnnxAttribute.integer;

import dev.filip.config.ModelConfig;
import dev.filip.config.TextConfig;
import dev.filip.config.TextPooling;
import dev.filip.nn.Weights;
import dev.filip.tensor.Tensors;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The text tower: {@code input_ids [batch,m]} and {@code text_length [batch]} (tokens from [BOS] to
 * [EOS]; what lies beyond may be any id) to {@code text_tokens [batch,m,d]}, unit rows of which the
 * first {@code text_length} count, and {@code text_embeds [batch,d]}, the unit row of [EOS], or of
 * the largest id where the model is pooled there. {@code m} is free up to the context.
 */
final class TextGraph {
  private static final String EMBEDDINGS = "text_model.embeddings";
  private final ModelConfig config;
  private final TextConfig sizes;
  private final OnnxGraph graph = new OnnxGraph("text");
  private final OnnxLayers layers;

  private TextGraph(ModelConfig config, Weights weights) {
    this.config = config;
    this.sizes = config.text();
    layers = new OnnxLayers(graph, weights);
  }

  static OnnxGraph of(ModelConfig config, Weights weights) {
    return new TextGraph(config, weights).build();
  }

  private OnnxGraph build() {
    String ids = graph.input("input_ids", OnnxGraph.OnnxType.INT64, "batch length");
    String length = graph.input("text_length", OnnxGraph.OnnxType.INT64, "batch");
    String shape = graph.node("Shape", "ids.shape", List.of(ids));
    String m =
        graph.node(
            "Slice", "longest", List.of(shape, graph.integers("one", 1), graph.integers("two", 2)));
    String index = sizes.pooling() == TextPooling.EOS ? last(length) : largest(ids, m, length);
    outputs(projected(embedded(ids, m), mask(m)), index);
    return graph;
  }

  private String embedded(String ids, String m) {
    String table = layers.parameter(EMBEDDINGS + ".token_embedding.weight");
    String tokens = graph.node("Gather", "tokens", List.of(table, ids), integer("axis", 0));
    String all = layers.parameter(EMBEDDINGS + ".position_embedding.weight");
    String positions = graph.node("Slice", "positions", List.of(all, graph.integers("zero", 0), m));
    return graph.node("Add", "embedded", List.of(tokens, positions));
  }

  /** {@code [m,m]}: 0 up to the own position, the lowest number after it. */
  private String mask(String m) {
    int context = sizes.context();
    String whole =
        graph.constant(
            "mask.whole",
            OnnxGraph.OnnxType.FLOAT,
            () -> Tensors.fromFloats(future(context), context, context),
            context,
            context);
    String both = graph.node("Concat", "mask.size", List.of(m, m), integer("axis", 0));
    return graph.node("Slice", "mask", List.of(whole, graph.integers("origin", 0, 0), both));
  }

  private static float[] future(int context) {
    float[] mask = new float[context * context];
    for (int row = 0; row < context; row++) {
      for (int column = row + 1; column < context; column++) {
        mask[row * context + column] = -Float.MAX_VALUE;
      }
    }
    return mask;
  }

  private String projected(String embedded, String mask) {
    double eps = sizes.blocks().layerNormEps();
    OnnxTransformer blocks =
        new OnnxTransformer(
            layers, "text_model.encoder", sizes.width(), sizes.heads(), sizes.blocks(), mask);
    String x = blocks.add(embedded, sizes.layers());
    return layers.projection(layers.norm(x, "text_model.final_layer_norm", eps), "text_projection");
  }

  /** {@code [batch,1]}: the last position of each text. */
  private String last(String length) {
    String last = graph.node("Sub", "last", List.of(length, graph.integers("back", 1)));
    return graph.node("Unsqueeze", "last.index", List.of(last, graph.integers("last.axis", 1)));
  }

  /** {@code [batch,1]}: where each text has its largest id, of several the first. */
  private String largest(String ids, String m, String length) {
    long[] order = LongStream.range(0, sizes.context()).toArray();
    String all = graph.integers("order.whole", order);
    String at = graph.node("Slice", "order", List.of(all, graph.integers("order.first", 0), m));
    String column =
        graph.node("Unsqueeze", "length.column", List.of(length, graph.integers("length.axis", 1)));
    String valid = graph.node("Less", "valid", List.of(at, column));
    String numbers =
        graph.node(
            "Cast", "ids.number", List.of(ids), integer("to", OnnxGraph.OnnxType.FLOAT.code()));
    String own = graph.node("Where", "ids.valid", List.of(valid, numbers, graph.number(-1)));
    return graph.node(
        "ArgMax", "largest", List.of(own), integer("axis", 1), integer("keepdims", 1));
  }

  private void outputs(String projected, String index) {
    String tokens = layers.unit(projected, "text_tokens");
    graph.node("GatherND", "text_embeds", List.of(tokens, index), integer("batch_dims", 1));
    graph.output("text_tokens", OnnxGraph.OnnxType.FLOAT, "batch length " + config.embedDim());
    graph.output("text_embeds", OnnxGraph.OnnxType.FLOAT, "batch " + config.embedDim());
  }
}
