package dev.filip.eval;

import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.encode.PictureReader;
import dev.filip.io.Progress;
import java.io.IOException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Hands on the samples of an {@link EvalData} in order, with their images prepared, in batches.
 * What cannot be used is counted by reason and skipped. Used by one thread.
 */
final class ImageFeed {
  private static final int BATCH = 64;
  private final EvalData data;
  private final PictureReader reader;

  /**
   * @param refuse why a sample is of no use for this task, or null when it is
   */
  ImageFeed(EvalData data, Embedder model, Function<Sample, @Nullable String> refuse) {
    this.data = data;
    reader = new PictureReader(data.source(), model, refuse);
  }

  /** Takes a batch. */
  interface Taker {
    void take(PictureReader.Batch batch) throws IOException;
  }

  /** Reads everything once. */
  void each(String what, Taker taker) throws IOException {
    try (Progress progress = data.quiet() ? null : new Progress(what, data.size())) {
      reader.each(
          IntStream.range(0, data.size()).mapToLong(data::index),
          BATCH,
          (batch, done) -> {
            if (!batch.samples().isEmpty()) {
              taker.take(batch);
            }
            if (progress != null) {
              progress.to(done, "");
            }
          });
    }
  }

  /** How many samples were skipped, by reason. */
  Skipped skipped() {
    return new Skipped(reader.skipped());
  }
}
