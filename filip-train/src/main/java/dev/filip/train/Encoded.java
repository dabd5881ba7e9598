package dev.filip.train;

import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import dev.filip.loss.LossGradient;
import dev.filip.model.FilipModel;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Features of some rows of a batch, with their graph if it was recorded; of the open scope. */
record Encoded(Rows rows, ImageFeatures images, TextFeatures texts) {
  /** Rows {@code from} to {@code from + count} of a batch. */
  record Rows(int from, int count) {
    static final Rows NONE = new Rows(0, 0);

    /** Of these, {@code count} from the {@code at}-th on, or what there is. */
    Rows part(int at, int most) {
      return new Rows(from + at, Math.min(most, count - at));
    }

    Tensor of(Tensor whole) {
      return whole.narrow(0, from, count);
    }
  }

  /**
   * Runs both towers.
   *
   * @param textLength what texts are padded to at least
   */
  static Encoded of(FilipModel model, TrainBatch batch, Rows rows, int textLength) {
    return new Encoded(rows, images(model, batch, rows), texts(model, batch, rows, textLength));
  }

  private static ImageFeatures images(FilipModel model, TrainBatch batch, Rows rows) {
    List<Integer> distinct = distinct(batch.pixels(), rows);
    try (StepScope scope = ownScope(model)) {
      ImageFeatures images = model.images(pixels(model, batch, distinct));
      if (distinct.size() < rows.count()) {
        images = repeated(model, images, distinct, rows);
      }
      return scope == null
          ? images
          : new ImageFeatures(scope.up(images.tokens()), scope.up(images.embeds()));
    }
  }

  private static TextFeatures texts(FilipModel model, TrainBatch batch, Rows rows, int length) {
    try (StepScope scope = ownScope(model)) {
      TextFeatures texts = model.texts(batch.tokens().slice(rows.from(), rows.count()), length);
      return scope == null
          ? texts
          : new TextFeatures(scope.up(texts.tokens()), scope.up(texts.embeds()), texts.length());
    }
  }

  /**
   * The graph holds what a backward pass needs; all else of a forward pass, pixels first, ends with
   * it. A checkpointed block looks for what its forward pass made in that pass's scope.
   */
  private static @Nullable StepScope ownScope(FilipModel model) {
    return model.checkpoints() ? null : new StepScope();
  }

  /** Rows of which the image is not that of the row before. */
  private static List<Integer> distinct(Pixels pixels, Rows rows) {
    List<Integer> distinct = new ArrayList<>();
    for (int row = rows.from(); row < rows.from() + rows.count(); row++) {
      if (row == rows.from() || !pixels.repeats(row)) {
        distinct.add(row);
      }
    }
    return distinct;
  }

  /** How many from the i-th on follow each other. */
  private static int neighbours(List<Integer> rows, int i) {
    int n = 1;
    while (i + n < rows.size() && rows.get(i + n) == rows.get(i) + n) {
      n++;
    }
    return n;
  }

  /** Features of every row, of those of the rows whose images were encoded. */
  private static ImageFeatures repeated(
      FilipModel model, ImageFeatures images, List<Integer> distinct, Rows rows) {
    long[] of = new long[rows.count()];
    int next = 0;
    for (int i = 0; i < of.length; i++) {
      next += next < distinct.size() && distinct.get(next) == rows.from() + i ? 1 : 0;
      of[i] = next - 1L;
    }
    Tensor there = model.compute().device().send(Tensors.fromLongs(of, of.length));
    return new ImageFeatures(
        images.tokens().index_select(0, there), images.embeds().index_select(0, there));
  }

  /** Copies the features to their rows of the batch's. */
  void copy(Whole into) {
    try (var _ = GradMode.off()) {
      rows.of(into.images().tokens()).copy_(images.tokens());
      rows.of(into.images().embeds()).copy_(images.embeds());
      rows.of(into.texts().tokens()).narrow(1, 0, texts.tokens().size(1)).copy_(texts.tokens());
      rows.of(into.texts().embeds()).copy_(texts.embeds());
    }
  }

  /** Sends the gradient of these rows, times {@code scale}, back to the parameters' gradients. */
  void backward(LossGradient found, double scale) {
    TensorVector roots = new TensorVector();
    TensorVector gradients = new TensorVector();
    root(roots, gradients, images.tokens(), found.dImageTokens(), scale);
    root(roots, gradients, texts.tokens(), found.dTextTokens(), scale);
    root(roots, gradients, images.embeds(), found.dImageEmbeds(), scale);
    root(roots, gradients, texts.embeds(), found.dTextEmbeds(), scale);
    torch.backward(roots, gradients, new BoolOptional(), false, new TensorVector());
  }

  private void root(
      TensorVector roots,
      TensorVector gradients,
      Tensor features,
      @Nullable Tensor whole,
      double scale) {
    if (whole == null || !features.requires_grad()) { // a locked tower's have no graph
      return;
    }
    Tensor part = rows.of(whole);
    if (part.dim() == 3 && part.size(1) != features.size(1)) {
      part = part.narrow(1, 0, features.size(1));
    }
    Tensor gradient = part.to(features.device(), features.dtype()).contiguous();
    roots.push_back(features);
    gradients.push_back(scale == 1 ? gradient : gradient.mul(new Scalar(scale)));
  }

  private static Tensor pixels(FilipModel model, TrainBatch batch, List<Integer> rows) {
    int size = model.config().vision().imageSize();
    if (batch.pixels().each() != 3 * size * size) {
      throw new IllegalArgumentException(
          "images must have 3 x " + size + " x " + size + " numbers, got " + batch.pixels().each());
    }
    if (batch.pixels() instanceof DevicePixels there) {
      return there.images(rows.getFirst(), rows.size());
    }
    Tensor t = torch.empty(rows.size(), 3, size, size);
    MemorySegment to = Tensors.bytes(t);
    long one = (long) batch.pixels().each() * Float.BYTES;
    for (int i = 0, n; i < rows.size(); i += n) {
      n = neighbours(rows, i);
      batch.pixels().write(rows.get(i), n, to.asSlice(i * one, n * one));
    }
    var device = model.compute().device();
    return device.isCpu() ? t : t.to(device.device(), t.dtype());
  }

  /** Features of a whole batch, detached: what the loss is given. */
  record Whole(ImageFeatures images, TextFeatures texts) {}
}
