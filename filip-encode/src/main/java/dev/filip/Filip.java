package dev.filip;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.ModelConfig;
import dev.filip.encode.Alignment;
import dev.filip.encode.Embedder;
import dev.filip.encode.LabelledText;
import dev.filip.encode.Match;
import dev.filip.encode.ModelEmbedder;
import dev.filip.io.BadInput;
import dev.filip.kernel.PairScores;
import dev.filip.model.Encoder;
import dev.filip.model.FilipModel;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.EncodingPrecision;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tokens.Encoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trained model as a library.
 *
 * <pre>{@code
 * try (Filip filip = Filip.open(Path.of("models/collages-late"))) {
 *   Filip.Image image = filip.encodeImage(Path.of("cat.jpg"));
 *   Filip.Text text = filip.encodeText("a cat left of a balloon");
 *   Filip.Scores scores = filip.similarity(image, text);   // sImage: ranks texts, sText: ranks images
 *   Alignment alignment = filip.alignment(image, text);    // which word each patch chose, and back
 *   System.out.println(scores.sImage() + " " + alignment.words().get(alignment.pair().patchWord()[0]));
 * }
 * }</pre>
 *
 * <p>Encoded images and texts are plain arrays: they may be kept and outlive this object.
 * Thread-safe; encoding is one at a time (it uses all cores). Close it to free the weights.
 */
public final class Filip implements AutoCloseable {
  private final LoadedModel loaded;
  private final @Nullable FilipModel packed;
  private final ModelEmbedder embedder;
  private final Match match;

  private Filip(LoadedModel loaded, @Nullable FilipModel packed) {
    this.loaded = loaded;
    this.packed = packed;
    this.embedder = new ModelEmbedder(loaded, encoder(loaded.model(), packed));
    this.match = Match.of(loaded.config().interaction());
  }

  private static Encoder encoder(FilipModel model, @Nullable FilipModel packed) {
    if (packed == null) {
      return new Encoder(model);
    }
    return packed.compute().precision() == Precision.INT8
        ? Encoder.checked(packed, model)
        : new Encoder(packed);
  }

  /**
   * Sets for this process what the {@code filip} command sets for its own: OpenMP's idle workers
   * wait instead of spinning (small models are up to 70 times faster), OpenBLAS chooses its kernels
   * by the machine, JavaCPP frees nothing by the garbage collector, bounds nothing by the process's
   * size and unpacks into a cache of its own. Opening a model changes none of this by itself. Call
   * it before the first model is opened, or start with {@code -Dfilip.tuneProcess=true}.
   *
   * @throws IllegalStateException when a model was opened without it
   */
  public static void tuneProcess() {
    Natives.tuneProcess();
  }

  /**
   * Opens a model folder. One line on standard error says where {@link #tuneProcess} was left out
   * and OpenMP's idle workers will spin.
   *
   * @throws BadInput when it is damaged or no model folder, in one line
   */
  public static Filip open(Path folder) {
    Natives.loadAsGuest();
    LoadedModel loaded = ModelFolder.load(folder);
    try {
      return new Filip(loaded, null);
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  /**
   * Opens a model folder for encoding much: weights are packed once for the arithmetic, which costs
   * up to as much memory again. int8 is checked on the first images and texts: a mean cosine of
   * their tokens below 0.99 to fp32's is {@link BadInput}.
   */
  public static Filip open(Path folder, EncodingPrecision precision) {
    Natives.loadAsGuest();
    LoadedModel loaded = ModelFolder.load(folder);
    FilipModel packed = null;
    try {
      Precision chosen = precision.choose().precision();
      packed = loaded.model().packed(new Compute(chosen, ComputeDevice.CPU));
      return new Filip(loaded, packed);
    } catch (RuntimeException e) {
      if (packed != null) {
        packed.close();
      }
      loaded.close();
      throw e;
    }
  }

  /**
   * An encoded image.
   *
   * @param vectors one item: unit rows of its patches, and its global row
   */
  public record Image(Encoded vectors) {}

  /**
   * An encoded text.
   *
   * @param text as given
   * @param vectors one item: unit rows of its tokens, and its global row
   */
  public record Text(String text, Encoded vectors) {}

  /** Unscaled similarity; for a global model both are the cosine. */
  public record Scores(float sImage, float sText) {}

  /** Encodes an image file. */
  public Image encodeImage(Path file) throws IOException {
    return encode(Files.readAllBytes(file), file.toString());
  }

  /**
   * Encodes the bytes of an image file.
   *
   * @throws BadInput when they cannot be decoded
   */
  public Image encodeImage(byte[] file) {
    return encode(file, "given as " + file.length + " bytes");
  }

  private Image encode(byte[] file, String name) {
    try {
      return new Image(embedder.images(List.of(embedder.prepare(file))));
    } catch (Embedder.Unreadable e) {
      throw new BadInput("image " + name + " cannot be used: " + e.reason(), e);
    }
  }

  /** Encodes a text; what goes beyond the model's context is cut off. */
  public Text encodeText(String text) {
    return new Text(text, embedder.texts(List.of(text)));
  }

  /** Compares as the model was trained. */
  public Scores similarity(Image image, Text text) {
    PairScores scores = match.scores(image.vectors, text.vectors);
    return new Scores(scores.sImage()[0], scores.sText()[0]);
  }

  /**
   * Which word each patch chose and which patch each word; on a model trained globally only, its
   * tokens were never trained for it.
   */
  public Alignment alignment(Image image, Text text) {
    return Alignment.of(
        new LabelledText(text.text, List.of(), List.of()),
        embedder.words(text.text),
        embedder.layout(),
        image.vectors.tokens().floats(0),
        text.vectors.tokens().floats(0));
  }

  /** exp of the learnt log-scale: similarities times it are the logits of a softmax. */
  public double logitScale() {
    return embedder.logitScale();
  }

  /** What the model is. */
  public ModelConfig config() {
    return loaded.config();
  }

  /** For judging and explaining; dies with this. */
  public Embedder embedder() {
    return embedder;
  }

  /** Frees the weights. */
  @Override
  public void close() {
    if (packed != null) {
      packed.close();
    }
    loaded.close();
  }
}
