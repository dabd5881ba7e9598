package dev.filip.eval;

import dev.filip.data.FailureRules;
import dev.filip.data.Loader;
import dev.filip.data.Sample;
import dev.filip.data.UnreadableSample;
import dev.filip.encode.Embedder;
import dev.filip.io.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the samples of an {@link EvalData} in order, prepares their images on all cores and hands
 * them on in batches (see {@link Loader}). What cannot be used is counted by reason and skipped.
 * Used by one thread.
 */
final class ImageFeed {
  private static final int BATCH = 64;
  private final EvalData data;
  private final Embedder model;
  private final Function<Sample, @Nullable String> refuse;
  private Skipped skipped = Skipped.NONE;

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

  private record Read(Sample sample, Embedder.Picture picture) {}

  /** Reads everything once; the next images are prepared while a batch is taken. */
  void each(String what, Taker taker) throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    try (Progress progress = data.quiet() ? null : new Progress(what, data.size());
        Loader loader = new Loader(workers, FailureRules.COUNT)) {
      Gathered gathered = new Gathered(taker, progress);
      var order = IntStream.range(0, data.size()).iterator();
      loader.each(order, BATCH, this::read, gathered::add);
      skipped = new Skipped(loader.skipped().counts());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** How many samples were skipped, by reason. */
  Skipped skipped() {
    return skipped;
  }

  /** Parts the order into batches; what is skipped leaves its batch smaller. */
  private final class Gathered {
    private final Taker taker;
    private final @Nullable Progress progress;
    private List<Sample> samples = new ArrayList<>();
    private List<Embedder.Picture> pictures = new ArrayList<>();

    Gathered(Taker taker, @Nullable Progress progress) {
      this.taker = taker;
      this.progress = progress;
    }

    void add(int i, @Nullable Read read) throws IOException {
      if (read != null) {
        samples.add(read.sample());
        pictures.add(read.picture());
      }
      int done = i + 1;
      if (done % BATCH != 0 && done != data.size()) {
        return;
      }
      if (!samples.isEmpty()) {
        taker.take(new Batch(samples, pictures));
        samples = new ArrayList<>();
        pictures = new ArrayList<>();
      }
      if (progress != null) {
        progress.to(done, "");
      }
    }
  }

  /** A disk that fails ends the evaluation: it is not the samples that are bad. */
  private Read read(int i) throws UnreadableSample {
    try {
      Sample sample = data.source().read(data.index(i));
      String reason = refuse.apply(sample);
      if (reason != null) {
        throw new UnreadableSample(sample.key(), reason, "");
      }
      return new Read(sample, model.prepare(sample.image()));
    } catch (Embedder.Unreadable e) {
      throw new UnreadableSample(String.valueOf(i), e.reason(), "");
    } catch (UnreadableSample e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
