package dev.filip.interop;

import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.PixelBehaviour;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.VisionConfig;
import dev.filip.io.BadInput;
import java.util.stream.IntStream;

/**
 * A model's sizes from the shapes of its tensors, as OpenAI's {@code build_model} does: what shapes
 * do not tell (activation, heads of unusual widths) is asked for, never guessed.
 *
 * @param text prefix of the text tower's names
 */
record Architecture(WeightSet weights, String text, ImportOptions options) {
  /** Heads of CLIP's models. */
  private static final int HEAD = 64;

  /** Above it open_clip's models have heads of 80, 88, 104 or 112. */
  private static final int USUAL_WIDTH = 1024;

  private static final double EPS = 1e-5;

  /** What kind of code wrote the weights. */
  enum Heads {
    /** OpenAI's: always 64 wide. */
    ALWAYS_64,
    /** open_clip's: 64 wide up to a width of 1024. */
    USUALLY_64
  }

  /** The sizes; what these names cannot be is {@link BadInput}. */
  ModelConfig infer(int embedDim, Activation activation, Heads heads) {
    refuseOthers();
    WeightSet.TensorShape patches = shaped("visual.conv1.weight", 4);
    WeightSet.TensorShape tokens = shaped(text + "token_embedding.weight", 2);
    int width = patches.size(0);
    VisionConfig vision =
        new VisionConfig(
            grid() * patches.size(3),
            patches.size(3),
            width,
            layers("visual.transformer"),
            heads("--vision-heads", options.visionHeads(), width, heads),
            new BlockForm(inner("visual.transformer"), activation, EPS));
    TextConfig words =
        new TextConfig(
            tokens.size(1),
            layers(text + "transformer"),
            heads("--text-heads", options.textHeads(), tokens.size(1), heads),
            shaped(text + "positional_embedding", 2).size(0),
            tokens.size(0),
            new BlockForm(inner(text + "transformer"), activation, EPS));
    return new ModelConfig(
        vision,
        words,
        embedDim,
        Interaction.GLOBAL,
        false,
        TextBehaviour.OPEN_CLIP,
        PixelBehaviour.OPEN_CLIP);
  }

  /** The user's activation, for sources that do not say theirs. */
  Activation activation() {
    return options
        .activation()
        .orElseThrow(() ->
            new BadInput(
                weights.said()
                    + " does not say its activation: give --activation quick_gelu (OpenAI's"
                    + " weights, open_clip's -quickgelu models) or --activation gelu"
                    + " (open_clip's other models)"));
  }

  private void refuseOthers() {
    refuse("visual.layer1.0.conv1.weight", "a ResNet as its image tower");
    refuse("visual.trunk.", "timm's image tower");
    refuse("visual.attn_pool.", "an attentional pooler");
    refuse("text.transformer.embeddings.", "a Hugging Face language model as its text tower");
    refuse("text_decoder.", "a text decoder (CoCa)");
  }

  private void refuse(String prefix, String what) {
    if (weights.names().stream().anyMatch(name -> name.startsWith(prefix))) {
      throw new BadInput(weights.said() + ": has " + what + ": only CLIP's ViT and text tower are");
    }
  }

  private WeightSet.TensorShape shaped(String name, int dimensions) {
    WeightSet.TensorShape shape = weights.shape(name);
    if (shape.shape().length != dimensions) {
      throw new BadInput(weights.said() + ": tensor " + name + ": has the shape " + shape);
    }
    return shape;
  }

  private int grid() {
    int positions = shaped("visual.positional_embedding", 2).size(0);
    int grid = (int) Math.round(Math.sqrt(positions - 1.0));
    if (grid < 1 || grid * grid + 1 != positions) {
      throw new BadInput(
          weights.said()
              + ": visual.positional_embedding has "
              + positions
              + " rows: not [CLS] and a square of patches");
    }
    return grid;
  }

  private int layers(String tower) {
    String prefix = tower + ".resblocks.";
    return (int)
        IntStream.iterate(0, i -> i + 1)
            .takeWhile(i -> weights.has(prefix + i + ".attn.in_proj_weight"))
            .count();
  }

  private int inner(String tower) {
    return shaped(tower + ".resblocks.0.mlp.c_fc.weight", 2).size(0);
  }

  private int heads(String option, int given, int width, Heads rule) {
    if (given > 0) {
      return given;
    }
    if (width % HEAD != 0 || rule == Heads.USUALLY_64 && width > USUAL_WIDTH) {
      throw new BadInput(
          weights.said()
              + " does not say its heads, and a width of "
              + width
              + " does not tell: give "
              + option);
    }
    return width / HEAD;
  }
}
