package dev.filip.eval;

import dev.filip.data.Sample;
import dev.filip.data.UnreadableSample;
import dev.filip.encode.Embedder;
import dev.filip.io.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the samples of an {@link EvalData} in order, prepares their images on all cores and hands
 * them on in batches. What cannot be used is counted by reason and skipped. Used by one thread.
 */
final class ImageFeed {
  private static final int BATCH = 64;
  private final EvalData data;
  private final Embedder model;
  private final Function<Sample, @Nullable String> refuse;
  private final TreeMap<String, Integer> skipped = new TreeMap<>();

  /**
   * @param refuse why a sample is of no use for this task, or null when it is
   */
  ImageFeed(EvalData data, Embedder model, Function<Sample, @Nullable String> refuse) {
    this.data = data;
    this.model = model;
    this.refuse = refuse;
  }

  /** Prepared samples, as many pictures as samples. */
  record Batch(List<Sample> samples, List<Embedder.Picture> pictures) {}

  /** Takes a batch. */
  interface Taker {
    void take(Batch batch) throws IOException;
  }

  private record Read(
      @Nullable Sample sample, Embedder.@Nullable Picture picture, @Nullable String reason) {}

  /** Reads everything once. */
  void each(String what, Taker taker) throws IOException {
    try (Progress progress = data.quiet() ? null : new Progress(what, data.size())) {
      for (int from = 0; from < data.size(); from += BATCH) {
        int to = Math.min(from + BATCH, data.size());
        Batch batch = batch(from, to);
        if (!batch.samples.isEmpty()) {
          taker.take(batch);
        }
        if (progress != null) {
          progress.to(to, "");
        }
      }
    }
  }

  /** How many samples were skipped, by reason. */
  Skipped skipped() {
    return new Skipped(skipped);
  }

  private Batch batch(int from, int to) throws IOException {
    List<Read> reads;
    try {
      reads = IntStream.range(from, to).parallel().mapToObj(this::read).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    List<Sample> samples = new ArrayList<>();
    List<Embedder.Picture> pictures = new ArrayList<>();
    for (Read read : reads) {
      if (read.sample != null && read.picture != null) {
        samples.add(read.sample);
        pictures.add(read.picture);
      } else {
        skipped.merge(String.valueOf(read.reason), 1, Integer::sum);
      }
    }
    return new Batch(samples, pictures);
  }

  private Read read(int i) {
    try {
      Sample sample = data.source().read(data.index(i));
      String reason = refuse.apply(sample);
      return reason == null
          ? new Read(sample, model.prepare(sample.image()), null)
          : new Read(null, null, reason);
    } catch (Embedder.Unreadable e) {
      return new Read(null, null, e.reason());
    } catch (UnreadableSample e) {
      return new Read(null, null, e.reason());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
