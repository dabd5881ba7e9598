package dev.filip.interop;

import dev.filip.config.Activation;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.VisionKind;
import dev.filip.interop.ImportPlan.Computed;
import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A checkpoint of Sense-GVT/DeCLIP: CLIP, DeCLIP, SLIP, FILIP and DeFILIP with a ViT. QuickGELU,
 * text names under {@code encode_text.}, projections of texts with a bias.
 *
 * <p>The bias is carried by the layer norm before it: {@code W (y + b') = W y + b} for {@code b' =
 * W^+ b}, exactly, since {@code W} has full row rank.
 */
record DeclipModel(Path file, String kind, WeightSet weights) implements ForeignModel {
  private static final String TEXT = "encode_text.";
  private static final String CARRIED =
      "the bias of the projections is carried by what is added before them, exactly";
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
    ImportOptions.Said.agrees(file, "--activation", options.activation(), Activation.QUICK_GELU);
    boolean late = options.interaction().map(Interaction::usesTokens).orElse(true);
    return dense(weights) && late ? late(options) : global(options);
  }

  private ModelConfig infer(String projection, int dimension, ImportOptions options) {
    return new Architecture(weights, TEXT, options)
        .infer(
            weights.shape(projection).size(dimension),
            Activation.QUICK_GELU,
            Architecture.Heads.ALWAYS_64);
  }

  /** CLIP's head: {@code visual.proj} after the final norm, and the projection of [EOS]. */
  private ImportPlan global(ImportOptions options) {
    ModelConfig config = infer("visual.proj", 1, options);
    List<TensorRule> rules = towers(config, Set.of("text_projection"));
    rules.add(TensorRule.same(TEXT + "text_projection.weight", "text_projection.weight"));
    Map<String, String> heads = heads();
    String reason = "the late head: the global one was asked for";
    heads.put("(image|text)_mapping\\.(weight|bias)", reason);
    heads.put("logit_scale_dense", reason);
    List<String> notes = new ArrayList<>(List.of(CARRIED));
    if (dense(weights)) {
      notes.add(
          "DeCLIP's own FILIP config trains the late head only: its global one may be random");
    }
    return new ImportPlan(
        config,
        rules,
        List.of(textBias(TEXT + "text_projection")),
        LeftOut.of(weights, heads),
        Interaction.GLOBAL,
        Optional.empty(),
        ImportPlan.Pooling.LARGEST_ID_WITH_MASK,
        new PixelSource.ImageNet(config.vision().imageSize()),
        notes);
  }

  /**
   * FILIP's heads: {@code image_mapping} on patches before the final norm, {@code text_mapping}.
   */
  private ImportPlan late(ImportOptions options) {
    ModelConfig clip = infer("image_mapping.weight", 0, options);
    Set<String> replaced =
        Set.of(
            "visual.proj",
            "visual.ln_post.weight",
            "visual.ln_post.bias",
            "text_projection",
            "logit_scale");
    List<TensorRule> rules = towers(clip, replaced);
    rules.add(TensorRule.same("image_mapping.weight", "visual_projection.weight"));
    rules.add(TensorRule.same("text_mapping.weight", "text_projection.weight"));
    rules.add(TensorRule.same("logit_scale_dense", "logit_scale"));
    Map<String, String> heads = heads();
    String reason = "the global head: the late one is taken";
    heads.put("visual\\.(proj|ln_post\\..*)", reason);
    heads.put("encode_text\\.text_projection\\..*", reason);
    heads.put("logit_scale", reason);
    return new ImportPlan(
        clip.with(clip.vision().withKind(VisionKind.DECLIP), clip.text())
            .withInteraction(Interaction.LATE),
        rules,
        List.of(textBias("text_mapping"), imageScale(), imageBias()),
        LeftOut.of(weights, heads),
        Interaction.LATE,
        Optional.empty(),
        ImportPlan.Pooling.LARGEST_ID_WITH_MASK,
        new PixelSource.ImageNet(clip.vision().imageSize()),
        List.of(
            CARRIED,
            "patches are projected without the final norm (vision kind declip): transformers and"
                + " open_clip have no such model",
            "DeCLIP's own evaluation lets padding take part, here it never does"));
  }

  /** Rules of the towers; those of their names in {@code without} are left to the caller. */
  private static List<TensorRule> towers(ModelConfig config, Set<String> without) {
    List<TensorRule> rules = new ArrayList<>();
    for (TensorRule rule : OpenClipNames.of(config)) {
      String name = rule.theirs();
      if (!without.contains(name) && !rule.ours().contains(TEXT_NORM)) {
        boolean shared = name.startsWith("visual.") || name.equals("logit_scale");
        rules.add(shared ? rule : rule.renamed(TEXT + name));
      }
    }
    return rules;
  }

  private static Map<String, String> heads() {
    Map<String, String> heads = new LinkedHashMap<>();
    heads.put("text_label_predictor\\..*", "the masked words' head, for training only");
    heads.put("(projector|predictor).*", "SimSiam's heads, for training only");
    heads.put("nn_replacer_.*", "the memory of neighbours, for training only");
    return heads;
  }

  /** {@code ln_final.bias + W^+ b}. */
  private static Computed textBias(String projection) {
    String weight = projection + ".weight";
    String bias = projection + ".bias";
    String norm = TEXT + "ln_final.bias";
    return new Computed(
        TEXT_NORM,
        List.of(bias, norm),
        source ->
            ProjectionBias.folded(
                source.apply(weight), source.apply(bias), source.apply(norm), weight));
  }

  private static Computed imageScale() {
    return new Computed(
        "vision_model.post_layernorm.weight",
        List.of(),
        source -> torch.ones(source.apply("image_mapping.weight").size(1)));
  }

  private static Computed imageBias() {
    String weight = "image_mapping.weight";
    String bias = "image_mapping.bias";
    return new Computed(
        "vision_model.post_layernorm.bias",
        List.of(bias),
        source -> {
          Tensor w = source.apply(weight);
          return ProjectionBias.folded(w, source.apply(bias), torch.zeros(w.size(1)), weight);
        });
  }

  /** A projection's bias, carried by the vector added before the projection. */
  private static final class ProjectionBias {
    private static final double EXACT = 1e-5;

    private ProjectionBias() {}

    /**
     * {@code before + x} with {@code weight x = bias}, the shortest such x; computed in fp64, fp32
     * out. A matrix that cannot reach the bias is {@link BadInput}.
     *
     * @param weight {@code [out, in]}
     * @param name of the weight, for the message
     */
    static Tensor folded(Tensor weight, Tensor bias, Tensor before, String name) {
      Tensor w = weight.to(ScalarType.Double);
      Tensor b = bias.to(ScalarType.Double);
      Tensor x = torch.linalg_pinv(w, 1e-12, false).matmul(b);
      double off = w.matmul(x).sub(b).abs().max().item_double();
      double scale = Math.max(1, b.abs().max().item_double());
      if (!(off <= EXACT * scale)) {
        throw new BadInput(
            name + ": its bias cannot be carried by the layer norm before it (off by " + off + ")");
      }
      return before.to(ScalarType.Double).add(x, new Scalar(1.0)).to(ScalarType.Float);
    }
  }
}
