package dev.filip.config;

import static dev.filip.io.BadInput.require;

import org.jspecify.annotations.Nullable;

/**
 * A model's sizes as the {@code model} key takes them, where a null is what the rest implies. The
 * vocabulary is the tokenizer's.
 *
 * @param activation of both towers, unless a tower says its own
 */
record ModelSizes(
    int imageSize,
    int patchSize,
    Image vision,
    Words text,
    int embedDim,
    @Nullable Activation activation,
    boolean cls,
    TextBehaviour textBehaviour,
    PixelBehaviour pixelBehaviour) {
  private static final int HEAD = 64;

  static final Section<ModelSizes> KEYS =
      Section.of(
          "model",
          ModelSizes.class,
          Key.required("image_size", Type.whole(">= 1"), "pixels a side"),
          Key.required(
              "patch_size",
              Type.whole(">= 1"),
              "divides `image_size` (for `siglip`: at most `image_size`; pixels right and below"
                  + " that fill no patch are left out)"),
          Key.required("vision", Type.map(Image.KEYS), "").over(Image.KEYS),
          Key.required("text", Type.map(Words.KEYS), "").over(Words.KEYS),
          Key.required("embed_dim", Type.whole(">= 1"), "width of the shared space"),
          Key.optional(
              "activation",
              Type.word(Activation.class),
              "`quick_gelu`, of a `siglip` image tower `gelu_pytorch_tanh`",
              "of both towers"),
          Key.of(
              "cls",
              Type.FLAG,
              false,
              "whether [CLS] takes part in late interaction; false with `vision.kind: siglip`"),
          Key.of(
              "text_behaviour",
              Type.word(TextBehaviour.class),
              TextBehaviour.TRANSFORMERS,
              "which Python tool's text cleaning the model follows ([FORMATS.md](FORMATS.md))"),
          Key.of(
              "pixel_behaviour",
              Type.word(PixelBehaviour.class),
              PixelBehaviour.TRANSFORMERS,
              "which Python tool's pixel preprocessing it follows ([FORMATS.md](FORMATS.md))"));

  ModelSizes {
    KEYS.check(
        imageSize,
        patchSize,
        vision,
        text,
        embedDim,
        activation,
        cls,
        textBehaviour,
        pixelBehaviour);
    require(
        vision.kind == VisionKind.SIGLIP || imageSize % patchSize == 0,
        "model.patch_size",
        patchSize,
        "a divisor of model.image_size " + imageSize);
  }

  /** The keys of {@code vision}. */
  record Image(VisionKind kind, int width, int layers, @Nullable Integer heads, Blocks blocks) {
    static final Section<Image> KEYS =
        Section.of(
            "model.vision",
            Image.class,
            Key.of(
                    "kind",
                    Type.word(VisionKind.class),
                    VisionKind.CLIP,
                    "`siglip`: no [CLS], an attention pooling head gives the global embedding;"
                        + " `declip`: `clip` whose tokens are scaled and moved, not normalised,"
                        + " before the projection (imported DeCLIP FILIP models)")
                .quietly(),
            towerWidth(),
            towerLayers(),
            towerHeads(),
            Blocks.KEYS);

    Image {
      KEYS.check(kind, width, layers, heads, blocks);
      requireDivides("model.vision.width", width, heads);
    }

    private VisionConfig config(int imageSize, int patchSize, @Nullable Activation both) {
      BlockForm usual = kind.blocks(width);
      return new VisionConfig(
          kind,
          imageSize,
          patchSize,
          width,
          layers,
          ModelSizes.heads(width, heads),
          blocks.form(both == null ? usual : usual.withActivation(both)));
    }
  }

  /** The keys of {@code text}. */
  record Words(
      int width,
      int layers,
      @Nullable Integer heads,
      int context,
      TextPooling pooling,
      Blocks blocks) {
    static final Section<Words> KEYS =
        Section.of(
            "model.text",
            Words.class,
            towerWidth(),
            towerLayers(),
            towerHeads(),
            Key.of("context", Type.whole(">= 2 ([BOS] and [EOS])"), 77, "positions; causal"),
            Key.of(
                    "pooling",
                    Type.word(TextPooling.class),
                    TextPooling.EOS,
                    "whose vector stands for a text in global comparison: that of [EOS], or of the"
                        + " largest id (transformers where `eos_token_id` is 2)")
                .quietly(),
            Blocks.KEYS);

    Words {
      KEYS.check(width, layers, heads, context, pooling, blocks);
      requireDivides("model.text.width", width, heads);
    }

    private TextConfig config(Activation both) {
      BlockForm usual = BlockForm.clip(width, both);
      return new TextConfig(
          width, layers, ModelSizes.heads(width, heads), context, 0, blocks.form(usual), pooling);
    }
  }

  /** The keys of both towers that stay null where the blocks are the usual ones. */
  record Blocks(
      @Nullable Integer intermediateSize,
      @Nullable Activation activation,
      @Nullable Double layerNormEps) {
    static final Section<Blocks> KEYS =
        Section.of(
            "",
            Blocks.class,
            Key.optional(
                "intermediate_size",
                Type.whole(">= 1"),
                "4 x the tower's width",
                "width inside the MLP (and that of the pooling head)"),
            Key.optional(
                "activation",
                Type.word(Activation.class),
                "the model's `activation`",
                "of this tower's MLPs"),
            Key.optional(
                "layer_norm_eps",
                Type.number("in (0, 1)"),
                "1e-5, of a `siglip` image tower 1e-6",
                "added to the variance in every layer norm of the tower"));

    Blocks {
      KEYS.check(intermediateSize, activation, layerNormEps);
    }

    /** What differs, so that the fingerprints of CLIP's configs stay. */
    private static Blocks of(BlockForm blocks, BlockForm usual) {
      return new Blocks(
          blocks.intermediateSize() == usual.intermediateSize() ? null : blocks.intermediateSize(),
          blocks.activation() == usual.activation() ? null : blocks.activation(),
          blocks.layerNormEps() == usual.layerNormEps() ? null : blocks.layerNormEps());
    }

    private BlockForm form(BlockForm usual) {
      return new BlockForm(
          intermediateSize == null ? usual.intermediateSize() : intermediateSize,
          activation == null ? usual.activation() : activation,
          layerNormEps == null ? usual.layerNormEps() : layerNormEps);
    }
  }

  private static Key<Integer> towerWidth() {
    return Key.required("width", Type.whole(">= 1"), "of its tokens");
  }

  private static Key<Integer> towerLayers() {
    return Key.required("layers", Type.whole(">= 1"), "blocks");
  }

  private static Key<Integer> towerHeads() {
    return Key.optional(
        "heads", Type.whole(">= 1"), "width / 64, at least 1", "divides the tower's width");
  }

  // CLIP's rule where it fits: heads of 64
  private static int heads(int width, @Nullable Integer given) {
    return given == null ? Math.max(1, width / HEAD) : given;
  }

  private static void requireDivides(String key, int width, @Nullable Integer given) {
    int heads = heads(width, given);
    require(width % heads == 0, key, width, "a multiple of heads " + heads);
  }

  /** The sizes of a model; its interaction and vocabulary are said elsewhere. */
  static ModelSizes of(ModelConfig model) {
    VisionConfig image = model.vision();
    TextConfig words = model.text();
    Activation both = words.blocks().activation();
    BlockForm usual = image.kind().blocks(image.width()).withActivation(both);
    return new ModelSizes(
        image.imageSize(),
        image.patchSize(),
        new Image(
            image.kind(),
            image.width(),
            image.layers(),
            image.heads(),
            Blocks.of(image.blocks(), usual)),
        new Words(
            words.width(),
            words.layers(),
            words.heads(),
            words.context(),
            words.pooling(),
            Blocks.of(words.blocks(), BlockForm.clip(words.width(), both))),
        model.embedDim(),
        both,
        model.cls(),
        model.textBehaviour(),
        model.pixelBehaviour());
  }

  /** The model, late: {@code interaction} is a key of its own. */
  ModelConfig config() {
    return new ModelConfig(
        vision.config(imageSize, patchSize, activation),
        text.config(activation == null ? Activation.QUICK_GELU : activation),
        embedDim,
        Interaction.LATE,
        cls,
        textBehaviour,
        pixelBehaviour);
  }
}
