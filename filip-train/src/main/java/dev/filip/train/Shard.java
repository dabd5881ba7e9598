package dev.filip.train;

import dev.filip.data.TrainBatch;
import dev.filip.io.Tasks;
import dev.filip.loss.LossGradient;
import dev.filip.model.FilipModel;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.NativeMemory;
import dev.filip.tensor.StepScope;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One part of every batch and the thread that computes it, in one of two ways. Where its rows fit
 * the given number, the graph of their forward pass lives on that thread from {@link #forward} to
 * {@link #backward} or {@link #drop}. Where they do not (GradCache, Gao et al. 2021), features are
 * made without a graph, so many rows at a time, and the backward pass makes them again with one, so
 * many rows at a time, and sends their gradient back: the same sums in another order.
 */
final class Shard implements AutoCloseable {
  /** Parts of a batch between two trims: less than a hundredth of their time. */
  private static final int TRIM_EVERY = 16;

  private final FilipModel model;
  private final ExecutorService thread;
  private final Watcher gradients;
  private @Nullable StepScope scope;
  private @Nullable Encoded held;
  private @Nullable TrainBatch batch;
  private Encoded.Rows rows = Encoded.Rows.NONE;
  private int most;
  private int textLength;

  /**
   * @param threads native threads of this shard's operations
   * @param gradients told how far backward passes are
   */
  Shard(FilipModel model, int number, int threads, Watcher gradients) {
    this.model = model;
    this.gradients = gradients;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("filip-tower-" + number).factory());
    Tasks.await(List.of(thread.submit(() -> Parallelism.set(threads))));
  }

  /**
   * Computes features of its rows and copies them into the batch's tensors.
   *
   * @param together rows whose graph may be held at a time
   * @param atLeast what its texts are padded to
   */
  Future<?> forward(
      TrainBatch given, Encoded.Rows part, int together, int atLeast, Encoded.Whole into) {
    return thread.submit(() -> {
      rows = part;
      most = together;
      textLength = atLeast;
      try {
        if (part.count() <= together) {
          scope = new StepScope();
          held = Encoded.of(model, given, part, textLength);
          held.copy(into);
        } else {
          batch = given;
          parts(given, into);
        }
      } catch (RuntimeException | Error e) {
        release();
        throw e;
      }
    });
  }

  private void parts(TrainBatch given, Encoded.Whole into) {
    for (int at = 0; at < rows.count(); at += most) {
      try (var _ = new StepScope();
          var _ = GradMode.off()) {
        Encoded.of(model, given, rows.part(at, most), textLength).copy(into);
      }
      trim(at);
    }
    NativeMemory.trim();
  }

  /** Sends the gradient of its rows, times {@code scale}, back into the parameters' gradients. */
  Future<?> backward(LossGradient found, double scale) {
    return thread.submit(() -> {
      try {
        if (held != null) {
          gradients.lastPass();
          held.backward(found, scale);
        } else if (batch != null) {
          again(batch, found, scale);
        } // else the batch had no rows for this shard
        gradients.ended();
      } finally {
        release();
      }
    });
  }

  private void again(TrainBatch given, LossGradient found, double scale) {
    for (int at = 0; at < rows.count(); at += most) {
      try (var _ = new StepScope()) {
        Encoded part = Encoded.of(model, given, rows.part(at, most), textLength);
        if (at + most >= rows.count()) {
          gradients.lastPass();
        }
        part.backward(found, scale);
      }
      trim(at);
    }
    NativeMemory.trim();
  }

  /** What parts leave between blocks in use, before it gets much. */
  private void trim(int at) {
    if (at / most % TRIM_EVERY == TRIM_EVERY - 1) {
      NativeMemory.trim();
    }
  }

  /** Frees the graph without a backward pass. */
  Future<?> drop() {
    return thread.submit(this::release);
  }

  private void release() {
    held = null;
    batch = null;
    StepScope open = scope;
    scope = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() {
    try {
      Tasks.await(List.of(drop()));
    } finally {
      thread.shutdown();
    }
  }

  /** How far a shard's gradients are in a step; told by the shard's thread. */
  interface Watcher {
    /** Nobody wants to know. */
    Watcher UNWATCHED =
        new Watcher() {
          @Override
          public void lastPass() {}

          @Override
          public void ended() {}
        };

    /** The backward pass that begins now is the shard's last in this step. */
    void lastPass();

    /** The shard adds nothing more in this step. */
    void ended();
  }
}
