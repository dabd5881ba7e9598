package dev.filip;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.ModelConfig;
import dev.filip.encode.Alignment;
import dev.filip.encode.Embedder;
import dev.filip.encode.Gradients;
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
import dev.filip.text.Prompts;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
 * <p>Encoded images and texts are plain arrays: they may be kept, written with {@link
 * Image#toBytes} and outlive this object. Thread-safe; encoding is one at a time (it uses all
 * cores). Close it to free the weights: that waits for what is being encoded; afterwards encoding
 * throws {@link IllegalStateException}, and what was encoded may still be compared and aligned.
 */
public final class Filip implements AutoCloseable {
  private static final int BATCH = 64;
  private final LoadedModel loaded;
  private final @Nullable FilipModel packed;
  private final Gate gate;
  private final ImageReader reader;
  private final GatedEmbedder embedder;
  private final Gradients gradients;
  private final Match match;

  private Filip(LoadedModel loaded, @Nullable FilipModel packed) {
    this.loaded = loaded;
    this.packed = packed;
    this.gate = new Gate(loaded.folder().toString());
    ModelEmbedder model = new ModelEmbedder(loaded, encoder(loaded.model(), packed));
    this.reader = new ImageReader(model);
    this.embedder = new GatedEmbedder(model, model.logitScale(), gate);
    this.gradients = new GatedGradients(model, gate);
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
   * <p>It loads the native libraries.
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
    return open(folder, precision, ComputeDevice.CPU);
  }

  /**
   * The same on a device: a GPU holds a copy of the weights, in fp32, and computes in the
   * arithmetic; vectors come back to ordinary memory.
   *
   * @param device as {@link dev.filip.tensor.Devices} chooses it
   */
  public static Filip open(Path folder, EncodingPrecision precision, ComputeDevice device) {
    LoadedModel loaded = ModelFolder.load(folder);
    FilipModel packed = null;
    try {
      Precision chosen = precision.choose(loaded.config(), device).precision();
      Compute compute = new Compute(chosen, device);
      packed =
          device.isCpu() ? loaded.model().packed(compute) : loaded.model().with(compute, false);
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
  public record Image(Encoded vectors) {
    /** Rows of its patches, {@code [n][d]}, copied. */
    public float[][] tokens() {
      return rows(vectors.tokens());
    }

    /** Its global row, {@code [d]}, copied. */
    public float[] global() {
      return vectors.globals().floats(0);
    }

    /** As bytes that {@link #of} reads (docs/FORMATS.md), in any version to come. */
    public byte[] toBytes() {
      return SerialForm.write('I', new SerialForm.Item("", vectors));
    }

    /**
     * Reads {@link #toBytes}.
     *
     * @throws BadInput when they are something else, cut off or changed
     */
    public static Image of(byte[] bytes) {
      return new Image(SerialForm.read('I', bytes).vectors());
    }
  }

  /**
   * An encoded text.
   *
   * @param text as given
   * @param vectors one item: unit rows of its tokens, and its global row
   */
  public record Text(String text, Encoded vectors) {
    /** Rows of its tokens, [BOS] to [EOS], {@code [m][d]}, copied. */
    public float[][] tokens() {
      return rows(vectors.tokens());
    }

    /** Its global row, {@code [d]}, copied. */
    public float[] global() {
      return vectors.globals().floats(0);
    }

    /** As bytes that {@link #of} reads (docs/FORMATS.md), in any version to come. */
    public byte[] toBytes() {
      return SerialForm.write('T', new SerialForm.Item(text, vectors));
    }

    /**
     * Reads {@link #toBytes}.
     *
     * @throws BadInput when they are something else, cut off or changed
     */
    public static Text of(byte[] bytes) {
      SerialForm.Item item = SerialForm.read('T', bytes);
      return new Text(item.text(), item.vectors());
    }
  }

  private static float[][] rows(Tokens tokens) {
    float[][] out = new float[tokens.length(0)][tokens.d()];
    for (int k = 0; k < out.length; k++) {
      tokens.copy(0, k, 1, out[k], 0);
    }
    return out;
  }

  /** Unscaled similarity; for a global model both are the cosine. */
  public record Scores(float sImage, float sText) {}

  /** Unscaled similarities of many with many, {@code [images][texts]}. */
  public record Matrix(float[][] sImage, float[][] sText) {}

  /** Encodes an image file. */
  public Image encodeImage(Path file) throws IOException {
    return encodeImages(List.of(ImageInput.of(file))).getFirst();
  }

  /**
   * Encodes the bytes of an image file.
   *
   * @throws BadInput when they cannot be decoded
   */
  public Image encodeImage(byte[] file) {
    try {
      return encodeImages(List.of(ImageInput.of(file))).getFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array is read without
    }
  }

  /**
   * Encodes many images, which may be of different kinds; decoding runs on the threads of the JVM's
   * common pool, 64 images at a time, so that memory stays bounded.
   *
   * @return one each, in their order
   * @throws IOException when a file or stream cannot be read
   * @throws BadInput when one cannot be decoded
   */
  public List<Image> encodeImages(List<ImageInput> images) throws IOException {
    List<Image> out = new ArrayList<>(images.size());
    for (int from = 0; from < images.size(); from += BATCH) {
      int to = Math.min(from + BATCH, images.size());
      Encoded batch = embedder.images(reader.read(images.subList(from, to)));
      for (int i = 0; i < batch.size(); i++) {
        out.add(new Image(alone(batch, i)));
      }
    }
    return out;
  }

  /** Encodes a text; what goes beyond the model's context is cut off. */
  public Text encodeText(String text) {
    return encodeTexts(List.of(text)).getFirst();
  }

  /** Encodes many texts; one each, in their order. */
  public List<Text> encodeTexts(List<String> texts) {
    List<Text> out = new ArrayList<>(texts.size());
    for (int from = 0; from < texts.size(); from += BATCH) {
      List<String> some = texts.subList(from, Math.min(from + BATCH, texts.size()));
      Encoded batch = embedder.texts(some);
      for (int i = 0; i < batch.size(); i++) {
        out.add(new Text(some.get(i), alone(batch, i)));
      }
    }
    return out;
  }

  /** A copy, so that one item does not hold its whole batch in memory. */
  private static Encoded alone(Encoded batch, int i) {
    return Encoded.join(List.of(batch.slice(i, i + 1)));
  }

  /** Compares as the model was trained. */
  public Scores similarity(Image image, Text text) {
    PairScores scores = match.scores(image.vectors, text.vectors);
    return new Scores(scores.sImage()[0], scores.sText()[0]);
  }

  /** Compares every image with every text: as fast as the kernels allow, in one go. */
  public Matrix similarity(List<Image> images, List<Text> texts) {
    if (images.isEmpty() || texts.isEmpty()) {
      return new Matrix(
          new float[images.size()][texts.size()], new float[images.size()][texts.size()]);
    }
    PairScores scores =
        match.scores(
            Encoded.join(images.stream().map(Image::vectors).toList()),
            Encoded.join(texts.stream().map(Text::vectors).toList()));
    return new Matrix(matrix(scores.sImage(), texts.size()), matrix(scores.sText(), texts.size()));
  }

  private static float[][] matrix(float[] values, int columns) {
    float[][] out = new float[values.length / columns][];
    for (int i = 0; i < out.length; i++) {
      out[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
    }
    return out;
  }

  /**
   * Encodes classes by prompts, once for many images.
   *
   * @param templates such as {@code a photo of a {}.}; {@link Prompts} has the paper's
   * @throws BadInput when there is no class or no template, or a template without a place
   */
  public Classifier classifier(List<String> names, List<String> templates) {
    BadInput.require(!names.isEmpty(), "names", "none", "at least one class");
    Prompts prompts = new Prompts("templates", templates);
    List<String> texts = names.stream().flatMap(name -> prompts.of(name).stream()).toList();
    List<Encoded> encoded = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += BATCH) {
      encoded.add(embedder.texts(texts.subList(from, Math.min(from + BATCH, texts.size()))));
    }
    return new Classifier(names, Encoded.join(encoded), match, logitScale());
  }

  /** Classifies one image; for many make a {@link #classifier} once. */
  public Classifier.Classification classify(
      Image image, List<String> names, List<String> templates) {
    return classifier(names, templates).classify(image);
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

  /** For Grad-CAM; dies with this. */
  public Gradients gradients() {
    return gradients;
  }

  /** Frees the weights, when what is being encoded is done. Only the first call does anything. */
  @Override
  public void close() {
    gate.close(this::free);
  }

  private void free() {
    if (packed != null) {
      packed.close();
    }
    loaded.close();
  }
}
