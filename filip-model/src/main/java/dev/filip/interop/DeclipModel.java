package dev.filip.interop;

import dev.filip.config.Activation;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.interop.ImportPlan.Computed;
import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint of Sense-GVT/DeCLIP: CLIP, DeCLIP, SLIP, FILIP and DeFILIP with a ViT. QuickGELU,
 * text names under {@code encode_text.}, projections of texts with a bias.
 *
 * <p>The bias is carried by the layer norm before it: {@code W (y + b') = W y + b} for {@code b' =
 * W^+ b}, exactly, since {@code W} has full row rank.
 */
record DeclipModel(Path file, String kind, WeightSet weights) implements ForeignModel {
  private static final String TEXT = "encode_text.";
  private static final String TEXT_NORM = "text_model.final_layer_norm.bias";

  /** Whether these are DeCLIP's names. */
  static boolean names(WeightSet weights) {
    return weights.has(TEXT + "text_projection.weight");
  }

  /** {@code DeCLIP}, or what has the dense heads. */
  static String said(WeightSet weights) {
    return dense(weights) ? "DeCLIP FILIP" : "DeCLIP";
  }

  private static boolean dense(WeightSet weights) {
    return weights.has("image_mapping.weight") && weights.has("text_mapping.weight");
  }

  @Override
  public ImportPlan plan(ImportOptions options) {
    if (!weights.has(TEXT + "token_embedding.weight")) {
      throw new BadInput(file + ": has another text tower than CLIP's Transformer (BERT, GPT-2)");
    }
    Interaction trained = dense(weights) ? Interaction.LATE : Interaction.GLOBAL;
    if (options.interaction().orElse(trained).usesTokens() && dense(weights)) {
      throw new BadInput(
          file
              + ": its dense image features are taken before the final layer norm, which this"
              + " model does not compute: give --interaction global for its CLIP head");
    }
    return global(options);
  }

  private ImportPlan global(ImportOptions options) {
    Said.agrees(file, "--activation", options.activation(), Activation.QUICK_GELU);
    ModelConfig config =
        new Architecture(weights, TEXT, options)
            .infer(
                weights.shape("visual.proj").size(1),
                Activation.QUICK_GELU,
                Architecture.Heads.ALWAYS_64);
    List<TensorRule> rules = new ArrayList<>();
    for (TensorRule rule : OpenClipNames.of(config)) {
      if (rule.theirs().equals("text_projection")) {
        rules.add(TensorRule.same(TEXT + "text_projection.weight", rule.ours().getFirst()));
      } else if (!rule.ours().contains(TEXT_NORM)) {
        boolean text = !rule.theirs().startsWith("visual.") && !rule.theirs().equals("logit_scale");
        rules.add(text ? rule.renamed(TEXT + rule.theirs()) : rule);
      }
    }
    Map<String, String> heads = heads();
    heads.put(
        "(image|text)_mapping\\.(weight|bias)", "the late head: the global one was asked for");
    heads.put("logit_scale_dense", "the late head's scale: the global one was asked for");
    List<String> notes = new ArrayList<>();
    notes.add("text_projection.bias is carried by the final layer norm of texts, exactly");
    if (dense(weights)) {
      notes.add(
          "DeCLIP's own FILIP config trains the late head only: its global one may be random");
    }
    return new ImportPlan(
        config,
        rules,
        List.of(folded(TEXT + "text_projection", TEXT + "ln_final.bias", TEXT_NORM)),
        LeftOut.of(weights, heads),
        Interaction.GLOBAL,
        Optional.empty(),
        ImportPlan.Pooling.LARGEST_ID_WITH_MASK,
        new PixelSource.ImageNet(config.vision().imageSize()),
        notes);
  }

  private static Map<String, String> heads() {
    Map<String, String> heads = new LinkedHashMap<>();
    heads.put("text_label_predictor\\..*", "the masked words' head, for training only");
    heads.put("(projector|predictor).*", "SimSiam's heads, for training only");
    heads.put("nn_replacer_.*", "the memory of neighbours, for training only");
    return heads;
  }

  /** {@code norm.bias + W^+ b}, in fp64. */
  static Computed folded(String projection, String norm, String ours) {
    String weight = projection + ".weight";
    String bias = projection + ".bias";
    return new Computed(
        ours,
        List.of(bias, norm),
        source ->
            ProjectionBias.folded(
                source.apply(weight), source.apply(bias), source.apply(norm), weight));
  }
}
