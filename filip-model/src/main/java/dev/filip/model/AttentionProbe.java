package dev.filip.model;

import dev.filip.tensor.GradMode;
import dev.filip.tensor.Kept;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Reads the last self-attention maps of a model's towers and the gradient of a score with respect
 * to them. The score is one that is linear in the unit rows of one item once the other item is
 * given: {@link Toward} holds its coefficients. The maximum of late interaction is so where its
 * winners are held, and its gradient is that of the winners.
 *
 * <p>No weight gets a gradient. Thread-safe by one lock. Borrows the model, so close it first.
 */
public final class AttentionProbe implements AutoCloseable {
  private final FilipModel model;
  private @Nullable Kept kept;
  private @Nullable Tensor leaf;

  public AttentionProbe(FilipModel model) {
    this.model = model.open(this::leaf, this::leaf);
  }

  /**
   * Coefficients of a score.
   *
   * @param rows {@code [n,d]} of each token that takes part in late interaction, or {@code [d]} of
   *     the vector that stands for the whole
   * @param whole which of the two
   */
  public record Toward(float[] rows, boolean whole) {}

  /** The maps from here on are a leaf, which the gradient is asked for. */
  private Tensor leaf(Tensor maps) {
    if (kept == null) {
      throw new IllegalStateException("no pass of this probe");
    }
    Tensor own = kept.add(maps.detach());
    own.requires_grad_(true);
    leaf = own;
    return own;
  }

  /**
   * Maps of the image tower.
   *
   * @param pixels {@code [3,h,w]} normalised
   */
  public synchronized AttentionMaps image(float[] pixels, Toward toward) {
    int side = model.config().vision().imageSize();
    try (var _ = new StepScope();
        var _ = GradMode.on();
        Kept own = new Kept()) {
      kept = own;
      ImageFeatures features = model.images(Tensors.fromFloats(pixels, 1, 3, side, side));
      boolean cls = model.config().vision().kind().classTokens() > 0;
      return read(
          toward.whole ? features.embeds() : features.tokens(),
          toward,
          n -> cls ? new int[] {0} : IntStream.range(0, n).toArray());
    }
  }

  /**
   * Maps of the text tower.
   *
   * @param text one row
   */
  public synchronized AttentionMaps text(TokenBatch text, Toward toward) {
    if (text.rows() != 1) {
      throw new IllegalArgumentException("one text, got " + text.rows());
    }
    try (var _ = new StepScope();
        var _ = GradMode.on();
        Kept own = new Kept()) {
      kept = own;
      TextFeatures features = model.texts(text);
      return read(
          toward.whole ? features.embeds() : features.tokens(), toward, _ -> model.pooled(text));
    }
  }

  /** Which rows are behind the whole, by the number of tokens. */
  private interface Whole {
    int[] of(int tokens);
  }

  private AttentionMaps read(Tensor rows, Toward toward, Whole whole) {
    Tensor maps = leaf;
    if (maps == null) {
      throw new IllegalStateException("the tower showed no maps");
    }
    leaf = null;
    kept = null;
    if (toward.rows.length != rows.numel()) {
      throw new IllegalArgumentException(
          "a score of %d numbers, toward %d".formatted(rows.numel(), toward.rows.length));
    }
    Tensor coefficients = Tensors.fromFloats(toward.rows, Tensors.shape(rows));
    Tensor score = rows.mul(model.compute().device().send(coefficients)).sum();
    TensorVector gradients = torch.grad(new TensorVector(score), new TensorVector(maps));
    int n = (int) maps.size(2);
    return new AttentionMaps(
        (int) maps.size(1),
        n,
        Tensors.toFloats(maps.detach()),
        Tensors.toFloats(gradients.get(0)),
        whole.of(n));
  }

  /** Frees what it made; the model stays. */
  @Override
  public void close() {
    model.close();
  }
}
