package dev.filip.model;

import dev.filip.io.Tasks;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.PixelTable;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A trained model as a function: pixels or ids in, unit rows out, no gradients, in batches. Pixels
 * are copied once, into the towers' memory, and rows once, out of it. Thread-safe: a batch runs
 * alone, and who waits gets in in the order of coming. On a CPU that holds for all encoders of the
 * process, since libtorch and the BLAS use all cores themselves, and towers side by side mostly
 * wait for each other's threads. Does not own the model.
 */
public final class Encoder {
  private static final int BATCH = 64;

  /** Of all that compute on this machine's cores. */
  private static final Lock CORES = new ReentrantLock(true);

  private final FilipModel model;
  private final int batch;
  private final Tokens.Type type;
  private final @Nullable Agreement agreement;
  private final Lock alone;

  /** Batches of 64, vectors in fp32. */
  public Encoder(FilipModel model) {
    this(model, BATCH);
  }

  /** Batches of a given size: memory grows with it, results do not change. */
  public Encoder(FilipModel model, int batch) {
    this(model, batch, Tokens.Type.FP32, null, lock(model));
  }

  private Encoder(
      FilipModel model, int batch, Tokens.Type type, @Nullable Agreement agreement, Lock alone) {
    this.alone = alone;
    this.model = model;
    this.batch = batch;
    this.type = type;
    this.agreement = agreement;
  }

  /**
   * An encoder that compares the first items of either kind with {@code full}'s: a mean cosine of
   * the tokens below 0.99 is {@link dev.filip.io.BadInput}.
   */
  public static Encoder checked(FilipModel packed, FilipModel full) {
    String precision = packed.compute().precision().word();
    return new Encoder(
        packed, BATCH, Tokens.Type.FP32, new Agreement(new Encoder(full), precision), lock(packed));
  }

  private static Lock lock(FilipModel model) {
    return model.compute().device().isCpu() ? CORES : new ReentrantLock(true);
  }

  /** Until it is closed, no other thread's batch runs. */
  private interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  private Turn turn() {
    alone.lock();
    return alone::unlock;
  }

  /** Shared width. */
  public int d() {
    return model.config().embedDim();
  }

  /** The same model, whose vectors are kept in a type. */
  public Encoder as(Tokens.Type other) {
    return new Encoder(model, batch, other, agreement, alone);
  }

  /** What the towers compute in. */
  public Precision precision() {
    return model.compute().precision();
  }

  /** Where images' numbers come from: each is asked for once a tower, by any thread. */
  public interface Pixels {
    /** Writes {@code [3,h,w]} normalised floats of an image from a byte on. */
    void write(int image, MemorySegment to, long at);
  }

  /**
   * @param pixels {@code [count,3,h,w]} normalised, back to back
   */
  public Encoded images(float[] pixels, int count) {
    checkPixels(pixels, count);
    return images(
        count,
        (image, to, at) ->
            MemorySegment.copy(
                pixels, image * imageFloats(), to, ValueLayout.JAVA_FLOAT, at, imageFloats()));
  }

  /** Images of which each is a float array. */
  public Encoded images(List<float[]> pixels) {
    for (float[] one : pixels) {
      checkPixels(one, 1);
    }
    return images(
        pixels.size(),
        (image, to, at) ->
            MemorySegment.copy(
                pixels.get(image), 0, to, ValueLayout.JAVA_FLOAT, at, imageFloats()));
  }

  /** Images whose numbers are written where they are needed. */
  public Encoded images(int count, Pixels pixels) {
    Encoded encoded = batches(count, (from, b) -> pixelTensor(pixels, from, b));
    if (agreement != null && count > 0) {
      try (Turn _ = turn()) {
        agreement.images(pixels, encoded);
      }
    }
    return encoded;
  }

  /** Whether images should come as bytes: a quarter of what is sent to a device. */
  public boolean takesBytes() {
    return !model.compute().device().isCpu();
  }

  /**
   * Images as bytes, made numbers where the model computes: in fp32 the same bits as by {@link
   * #images(int, Pixels)}, else rounded once.
   *
   * @param bytes writes {@code [h,w,3]} of an image
   * @param values what byte v of channel c is, at {@code 256 c + v}
   */
  public Encoded images(int count, Pixels bytes, float[] values) {
    int side = model.config().vision().imageSize();
    int each = imageFloats();
    try (Turn _ = turn();
        PixelTable table = new PixelTable(values, model.compute())) {
      return batches(
          count,
          (from, b) -> {
            Tensor host = Tensors.empty(ScalarType.Byte, b, side, side, 3);
            MemorySegment to = Tensors.bytes(host);
            Tasks.forEach(b, i -> bytes.write(from + i, to, (long) i * each));
            return table.images(model.compute().device().send(host));
          });
    }
  }

  /** Pixels of some images, as the model takes them; of the open scope. */
  private interface Batches {
    Tensor pixels(int from, int count);
  }

  private Encoded batches(int count, Batches source) {
    int n = model.config().imageTokens();
    MemorySegment rows = Tokens.room(type, d(), (long) count * n);
    MemorySegment embeds = Tokens.room(type, d(), count);
    for (int from = 0; from < count; from += batch) {
      int b = Math.min(batch, count - from);
      try (Turn _ = turn();
          var _ = new StepScope();
          var _ = GradMode.off()) {
        ImageFeatures features = model.images(source.pixels(from, b));
        copy(features.tokens(), rows, (long) from * n);
        copy(features.embeds(), embeds, from);
      }
    }
    return new Encoded(
        Tokens.uniform(rows, type, d(), n, count), Tokens.uniform(embeds, type, d(), 1, count));
  }

  /** Texts of any mix of lengths; they are batched by length, results come in the given order. */
  public Encoded texts(TokenBatch texts) {
    long[] start = new long[texts.rows() + 1];
    for (int i = 0; i < texts.rows(); i++) {
      start[i + 1] = start[i] + texts.length()[i];
    }
    MemorySegment rows = Tokens.room(type, d(), start[texts.rows()]);
    MemorySegment embeds = Tokens.room(type, d(), texts.rows());
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
    int[] length = Arrays.copyOf(texts.length(), texts.rows());
    Encoded encoded =
        new Encoded(
            Tokens.packed(rows, type, d(), length),
            Tokens.uniform(embeds, type, d(), 1, texts.rows()));
    if (agreement != null && texts.rows() > 0) {
      try (Turn _ = turn()) {
        agreement.texts(texts, encoded);
      }
    }
    return encoded;
  }

  private void encode(
      TokenBatch part, int[] chosen, MemorySegment rows, long[] start, MemorySegment embeds) {
    long row = (long) d() * type.bytes();
    try (Turn _ = turn();
        var _ = new StepScope();
        var _ = GradMode.off()) {
      TextFeatures features = model.texts(part);
      long m = features.tokens().size(1);
      MemorySegment tokens = typed(features.tokens());
      MemorySegment last = typed(features.embeds());
      for (int i = 0; i < chosen.length; i++) {
        int to = chosen[i];
        MemorySegment.copy(tokens, i * m * row, rows, start[to] * row, part.length()[i] * row);
        MemorySegment.copy(last, i * row, embeds, to * row, row);
      }
    }
  }

  /** A tensor's memory in this encoder's type, of the open scope. */
  private MemorySegment typed(Tensor from) {
    return Tensors.bytes(
        Tensors.plain(from, type == Tokens.Type.BF16 ? ScalarType.BFloat16 : ScalarType.Float));
  }

  private void copy(Tensor from, MemorySegment to, long row) {
    MemorySegment values = typed(from);
    MemorySegment.copy(values, 0, to, row * d() * type.bytes(), values.byteSize());
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
  public RawTokens rawImages(float[] pixels, int count) {
    checkPixels(pixels, count);
    int side = model.config().vision().imageSize();
    List<float[]> blocks = new ArrayList<>();
    try (Turn _ = turn();
        var _ = new StepScope();
        var _ = GradMode.off()) {
      ProjectedImages all =
          model.rawImages(
              Tensors.fromFloats(pixels, count, 3, side, side),
              (y, _) -> blocks.add(Tensors.toFloats(y)));
      float[] pooled = Tensors.toFloats(all.pooled());
      return raw(all.rows(), pooled, model.config().vision().width(), blocks);
    }
  }

  /** Projected text tokens before L2 and the output of every block, up to the longest text. */
  public RawTokens rawTexts(TokenBatch texts) {
    List<float[]> blocks = new ArrayList<>();
    try (Turn _ = turn();
        var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor all = model.rawTexts(texts, (y, _) -> blocks.add(Tensors.toFloats(y)));
      return raw(all, rows(all, model.pooled(texts)), model.config().text().width(), blocks);
    }
  }

  private RawTokens raw(Tensor all, float[] pooled, int width, List<float[]> blocks) {
    return new RawTokens(
        (int) all.size(0), (int) all.size(1), d(), Tensors.toFloats(all), pooled, width, blocks);
  }

  /** One row of each text. */
  private static float[] rows(Tensor all, int[] at) {
    int m = (int) all.size(1);
    int d = (int) all.size(2);
    float[] rows = Tensors.toFloats(all);
    float[] chosen = new float[at.length * d];
    for (int i = 0; i < at.length; i++) {
      System.arraycopy(rows, (i * m + at[i]) * d, chosen, i * d, d);
    }
    return chosen;
  }

  private Tensor pixelTensor(Pixels pixels, int from, int count) {
    int side = model.config().vision().imageSize();
    Tensor tensor = torch.empty(count, 3, side, side);
    MemorySegment to = Tensors.bytes(tensor);
    Tasks.forEach(count, i -> pixels.write(from + i, to, (long) i * imageFloats() * Float.BYTES));
    return tensor;
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
}
