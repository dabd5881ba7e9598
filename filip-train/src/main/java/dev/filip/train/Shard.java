package dev.filip.train;

import dev.filip.loss.LossGradient;
import dev.filip.model.FilipModel;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One part of every batch and the thread that computes it: the graph of its forward pass lives on
 * that thread from {@link #forward} to {@link #backward} or {@link #drop}.
 */
final class Shard implements AutoCloseable {
  /** Rows {@code from} to {@code from + count} of the batch. */
  record Rows(int from, int count) {}

  private final FilipModel model;
  private final ExecutorService thread;
  private @Nullable StepScope scope;
  private @Nullable ImageFeatures images;
  private @Nullable TextFeatures texts;
  private Rows rows = new Rows(0, 0);

  /** {@code threads}: native threads of this shard's operations. */
  Shard(FilipModel model, int number, int threads) {
    this.model = model;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("filip-tower-" + number).factory());
    await(thread.submit(() -> Parallelism.set(threads)));
  }

  /** Computes features of its rows and copies them into the batch's tensors. */
  Future<?> forward(float[] pixels, TokenBatch tokens, Rows part, Features into) {
    return thread.submit(() -> {
      scope = new StepScope();
      rows = part;
      ImageFeatures i = model.images(pixels(pixels, part, tokens.rows()));
      TextFeatures t = model.texts(slice(tokens, part));
      images = i;
      texts = t;
      try (var _ = GradMode.off()) {
        of(into.images().tokens(), part).copy_(i.tokens());
        of(into.images().embeds(), part).copy_(i.embeds());
        of(into.texts().tokens(), part).narrow(1, 0, t.tokens().size(1)).copy_(t.tokens());
        of(into.texts().embeds(), part).copy_(t.embeds());
      }
    });
  }

  /** Sends the gradient of its rows, times {@code scale}, back into the parameters' gradients. */
  Future<?> backward(LossGradient found, double scale) {
    return thread.submit(() -> {
      try {
        ImageFeatures i = images;
        TextFeatures t = texts;
        if (i == null || t == null) {
          return; // the batch had no rows for this shard
        }
        TensorVector roots = new TensorVector();
        TensorVector gradients = new TensorVector();
        root(roots, gradients, i.tokens(), found.dImageTokens(), scale);
        root(roots, gradients, t.tokens(), found.dTextTokens(), scale);
        root(roots, gradients, i.embeds(), found.dImageEmbeds(), scale);
        root(roots, gradients, t.embeds(), found.dTextEmbeds(), scale);
        torch.backward(roots, gradients, new BoolOptional(), false, new TensorVector());
      } finally {
        release();
      }
    });
  }

  /** Frees the graph without a backward pass. */
  Future<?> drop() {
    return thread.submit(this::release);
  }

  private void release() {
    images = null;
    texts = null;
    StepScope open = scope;
    scope = null;
    if (open != null) {
      open.close();
    }
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
    Tensor part = of(whole, rows);
    if (part.dim() == 3 && part.size(1) != features.size(1)) {
      part = part.narrow(1, 0, features.size(1));
    }
    Tensor gradient = part.to(features.device(), features.dtype()).contiguous();
    roots.push_back(features);
    gradients.push_back(scale == 1 ? gradient : gradient.mul(new Scalar(scale)));
  }

  private static Tensor of(Tensor whole, Rows rows) {
    return whole.narrow(0, rows.from(), rows.count());
  }

  private Tensor pixels(float[] pixels, Rows part, int batch) {
    int size = model.config().vision().imageSize();
    int each = pixels.length / batch;
    Tensor t = torch.empty(part.count(), 3, size, size);
    MemorySegment.copy(
        pixels,
        part.from() * each,
        Tensors.bytes(t),
        ValueLayout.JAVA_FLOAT,
        0,
        part.count() * each);
    var device = model.compute().device();
    return device.isCpu() ? t : t.to(device.device(), t.dtype());
  }

  private static TokenBatch slice(TokenBatch tokens, Rows part) {
    int to = part.from() + part.count();
    int context = tokens.context();
    return new TokenBatch(
        part.count(),
        context,
        Arrays.copyOfRange(tokens.ids(), part.from() * context, to * context),
        Arrays.copyOfRange(tokens.length(), part.from(), to));
  }

  /** Waits; a failure of the task is thrown here. */
  static void await(Future<?> task) {
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in a training step", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    await(drop());
    thread.shutdown();
  }
}
