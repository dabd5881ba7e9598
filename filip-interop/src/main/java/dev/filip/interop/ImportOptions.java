package dev.filip.interop;

import dev.filip.config.Activation;
import dev.filip.config.Interaction;
import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What the user decides about an import; what is empty follows the source.
 *
 * @param activation of both towers, for sources that do not say
 * @param visionHeads heads of the image tower, for sources that do not say; 0: not given
 * @param textHeads heads of the text tower, for sources that do not say; 0: not given
 * @param embedDim width of new projections; 0: the source's projections
 * @param seed draws new projections
 * @param tokenizer folder of tokenizer files, or CLIP's {@code bpe_simple_vocab_16e6.txt.gz}
 * @param average the moving average of a training checkpoint instead of its weights
 * @param text the text tower for a source without one
 * @param pixels {@code clip}, {@code siglip} or the path of a {@code preprocessor_config.json}, for
 *     Hugging Face folders without one
 */
public record ImportOptions(
    Optional<Activation> activation,
    int visionHeads,
    int textHeads,
    Optional<Interaction> interaction,
    int embedDim,
    long seed,
    Optional<Path> tokenizer,
    boolean average,
    NewText text,
    Optional<String> pixels) {
  public ImportOptions {
    BadInput.require(visionHeads >= 0, "--vision-heads", visionHeads, "> 0");
    BadInput.require(textHeads >= 0, "--text-heads", textHeads, "> 0");
    BadInput.require(embedDim >= 0, "--embed-dim", embedDim, "> 0");
  }

  /** Everything as the source says. */
  public static ImportOptions asSource() {
    return new ImportOptions(
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        0,
        1,
        Optional.empty(),
        false,
        NewText.UNSAID,
        Optional.empty());
  }

  /** With an activation for sources that do not say theirs. */
  public ImportOptions withActivation(Activation other) {
    return new ImportOptions(
        Optional.of(other),
        visionHeads,
        textHeads,
        interaction,
        embedDim,
        seed,
        tokenizer,
        average,
        text,
        pixels);
  }

  /** With heads for sources that do not say theirs. */
  public ImportOptions withHeads(int vision, int text) {
    return new ImportOptions(
        activation,
        vision,
        text,
        interaction,
        embedDim,
        seed,
        tokenizer,
        average,
        this.text,
        pixels);
  }

  /** With an interaction. */
  public ImportOptions withInteraction(Interaction other) {
    return new ImportOptions(
        activation,
        visionHeads,
        textHeads,
        Optional.of(other),
        embedDim,
        seed,
        tokenizer,
        average,
        text,
        pixels);
  }

  /** With new projections. */
  public ImportOptions withEmbedDim(int width) {
    return new ImportOptions(
        activation,
        visionHeads,
        textHeads,
        interaction,
        width,
        seed,
        tokenizer,
        average,
        text,
        pixels);
  }

  /** With a tokenizer. */
  public ImportOptions withTokenizer(Path other) {
    return new ImportOptions(
        activation,
        visionHeads,
        textHeads,
        interaction,
        embedDim,
        seed,
        Optional.of(other),
        average,
        text,
        pixels);
  }

  /** With the moving average. */
  public ImportOptions withAverage() {
    return new ImportOptions(
        activation,
        visionHeads,
        textHeads,
        interaction,
        embedDim,
        seed,
        tokenizer,
        true,
        text,
        pixels);
  }

  /** With a text tower for a source without one. */
  public ImportOptions withText(NewText other) {
    return new ImportOptions(
        activation,
        visionHeads,
        textHeads,
        interaction,
        embedDim,
        seed,
        tokenizer,
        average,
        other,
        pixels);
  }

  /** With the pixels of a folder that does not say its own. */
  public ImportOptions withPixels(String kindOrFile) {
    return new ImportOptions(
        activation,
        visionHeads,
        textHeads,
        interaction,
        embedDim,
        seed,
        tokenizer,
        average,
        text,
        Optional.of(kindOrFile));
  }

  StateDicts.Choice choice() {
    return average ? StateDicts.Choice.EMA : StateDicts.Choice.TRAINED;
  }

  /**
   * The text tower for a source that brings an image tower only: another model's, or a new one.
   *
   * @param from a CLIP model folder whose text tower is taken
   * @param width of a new one; 0: not given
   * @param layers of a new one; 0: not given
   * @param context positions of a new one; 0: not given
   */
  public record NewText(Optional<Path> from, int width, int layers, int context) {
    /** Nothing is said: a new one of CLIP's base size. */
    public static final NewText UNSAID = new NewText(Optional.empty(), 0, 0, 0);

    public NewText {
      BadInput.require(width >= 0, "--text-width", width, "> 0");
      BadInput.require(layers >= 0, "--text-layers", layers, "> 0");
      BadInput.require(context == 0 || context >= 2, "--text-context", context, ">= 2");
      BadInput.require(
          from.isEmpty() || width + layers + context == 0,
          "--text-from",
          from.map(Path::toString).orElse(""),
          "given without --text-width, --text-layers and --text-context: the model has its own");
    }

    /** The first one that was given. */
    static int or(int given, int otherwise) {
      return given > 0 ? given : otherwise;
    }
  }

  /** What the user says must not contradict what the source says. */
  static final class Said {
    private Said() {}

    static <E extends Enum<E>> void agrees(
        Path source, String option, Optional<E> given, E stored) {
      given.ifPresent(value -> require(source, option, value == stored, word(value), word(stored)));
    }

    /** 0 is not given. */
    static void agrees(Path source, String option, int given, int stored) {
      require(source, option, given == 0 || given == stored, given, stored);
    }

    private static void require(
        Path source, String option, boolean agrees, Object given, Object stored) {
      if (!agrees) {
        throw new BadInput(option + " " + given + ": " + source + " itself says " + stored);
      }
    }

    static String word(Enum<?> value) {
      return value.name().toLowerCase(Locale.ROOT);
    }
  }
}
