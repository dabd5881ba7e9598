package dev.filip.model;

import dev.filip.kernel.TokenSet;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A trained model as a function: arrays in, arrays out, no gradients, in batches. Thread-safe by
 * one lock (libtorch uses all cores itself). Does not own the model.
 */
public final class Encoder {
  private static final int BATCH = 64;
  private final FilipModel model;
  private final int batch;
  private final @Nullable Agreement agreement;

  /** Batches of 64. */
  public Encoder(FilipModel model) {
    this(model, BATCH);
  }

  /** Batches of a given size: memory grows with it, results do not change. */
  public Encoder(FilipModel model, int batch) {
    this(model, batch, null);
  }

  private Encoder(FilipModel model, int batch, @Nullable Agreement agreement) {
    this.model = model;
    this.batch = batch;
    this.agreement = agreement;
  }

  /**
   * An encoder that compares the first items of either kind with {@code full}'s: a mean cosine of
   * the tokens below 0.99 is {@link dev.filip.io.BadInput}.
   */
  public static Encoder checked(FilipModel packed, FilipModel full) {
    String precision = packed.compute().precision().word();
    return new Encoder(packed, BATCH, new Agreement(new Encoder(full), precision));
  }

  /** Shared width. */
  public int d() {
    return model.config().embedDim();
  }

  /**
   * @param pixels {@code [count,3,h,w]} normalised, back to back
   */
  public synchronized EncodedImages images(float[] pixels, int count) {
    int n = model.config().imageTokens();
    int d = d();
    int size = imageFloats();
    checkPixels(pixels, count);
    float[] rows = new float[Math.multiplyExact(count, n * d)];
    float[] embeds = new float[count * d];
    for (int from = 0; from < count; from += batch) {
      int b = Math.min(batch, count - from);
      try (var _ = new StepScope();
          var _ = GradMode.off()) {
        ImageFeatures features = model.images(pixelTensor(pixels, from * size, b));
        copy(features.tokens(), rows, from * n * d);
        copy(features.embeds(), embeds, from * d);
      }
    }
    int[] start = IntStream.rangeClosed(0, count).map(i -> i * n).toArray();
    EncodedImages encoded = new EncodedImages(new TokenSet(d, rows, start), embeds);
    if (agreement != null && count > 0) {
      agreement.images(pixels, size, encoded);
    }
    return encoded;
  }

  /** Texts of any mix of lengths; they are batched by length, results come in the given order. */
  public synchronized EncodedTexts texts(TokenBatch texts) {
    int d = d();
    int[] start = new int[texts.rows() + 1];
    for (int i = 0; i < texts.rows(); i++) {
      start[i + 1] = start[i] + texts.length()[i];
    }
    float[] rows = new float[Math.multiplyExact(start[texts.rows()], d)];
    float[] embeds = new float[texts.rows() * d];
    int[] order =
        IntStream.range(0, texts.rows())
            .boxed()
            .sorted(Comparator.comparingInt(i -> texts.length()[i]))
            .mapToInt(i -> i)
            .toArray();
    for (int from = 0; from < order.length; from += batch) {
      int[] chosen = Arrays.copyOfRange(order, from, Math.min(from + batch, order.length));
      encode(select(texts, chosen), chosen, rows, start, embeds);
    }
    EncodedTexts encoded = new EncodedTexts(new TokenSet(d, rows, start), embeds);
    if (agreement != null && texts.rows() > 0) {
      agreement.texts(texts, encoded);
    }
    return encoded;
  }

  private void encode(TokenBatch part, int[] chosen, float[] rows, int[] start, float[] embeds) {
    int d = d();
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      TextFeatures features = model.texts(part);
      int m = (int) features.tokens().size(1);
      float[] tokens = Tensors.toFloats(features.tokens());
      float[] last = Tensors.toFloats(features.embeds());
      for (int i = 0; i < chosen.length; i++) {
        int length = part.length()[i] * d;
        System.arraycopy(tokens, i * m * d, rows, start[chosen[i]] * d, length);
        System.arraycopy(last, i * d, embeds, chosen[i] * d, d);
      }
    }
  }

  static TokenBatch select(TokenBatch texts, int[] rows) {
    int context = texts.context();
    int[] ids = new int[rows.length * context];
    int[] length = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(texts.ids(), rows[i] * context, ids, i * context, context);
      length[i] = texts.length()[rows[i]];
    }
    return new TokenBatch(rows.length, context, ids, length);
  }

  /** Projected image tokens before L2 and the output of every block. */
  public synchronized RawTokens rawImages(float[] pixels, int count) {
    checkPixels(pixels, count);
    List<float[]> blocks = new ArrayList<>();
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      ProjectedImages all =
          model.rawImages(pixelTensor(pixels, 0, count), (y, _) -> blocks.add(Tensors.toFloats(y)));
      float[] pooled = Tensors.toFloats(all.pooled());
      return raw(all.rows(), pooled, model.config().vision().width(), blocks);
    }
  }

  /** Projected text tokens before L2 and the output of every block, up to the longest text. */
  public synchronized RawTokens rawTexts(TokenBatch texts) {
    List<float[]> blocks = new ArrayList<>();
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor all = model.rawTexts(texts, (y, _) -> blocks.add(Tensors.toFloats(y)));
      return raw(all, last(all, texts.length()), model.config().text().width(), blocks);
    }
  }

  private RawTokens raw(Tensor all, float[] pooled, int width, List<float[]> blocks) {
    return new RawTokens(
        (int) all.size(0), (int) all.size(1), d(), Tensors.toFloats(all), pooled, width, blocks);
  }

  /** The row of each text's last token. */
  private static float[] last(Tensor all, int[] length) {
    int m = (int) all.size(1);
    int d = (int) all.size(2);
    float[] rows = Tensors.toFloats(all);
    float[] last = new float[length.length * d];
    for (int i = 0; i < length.length; i++) {
      System.arraycopy(rows, (i * m + length[i] - 1) * d, last, i * d, d);
    }
    return last;
  }

  private Tensor pixelTensor(float[] pixels, int from, int count) {
    int side = model.config().vision().imageSize();
    float[] part =
        from == 0 && pixels.length == count * imageFloats()
            ? pixels
            : Arrays.copyOfRange(pixels, from, from + count * imageFloats());
    return Tensors.fromFloats(part, count, 3, side, side);
  }

  private int imageFloats() {
    int side = model.config().vision().imageSize();
    return 3 * side * side;
  }

  private void checkPixels(float[] pixels, int count) {
    if (pixels.length != Math.multiplyExact(count, imageFloats())) {
      throw new IllegalArgumentException(
          pixels.length + " pixel values are not " + count + " x " + imageFloats());
    }
  }

  private static void copy(Tensor from, float[] to, int at) {
    float[] values = Tensors.toFloats(from);
    System.arraycopy(values, 0, to, at, values.length);
  }
}
