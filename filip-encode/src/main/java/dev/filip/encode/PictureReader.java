package dev.filip.encode;

import dev.filip.data.FailureRules;
import dev.filip.data.Loader;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads samples of a source in order and prepares their images, on all cores and ahead of whoever
 * takes them ({@link Loader}). What cannot be used is counted by reason and left out. Used by one
 * thread.
 */
public final class PictureReader {
  private final SampleSource source;
  private final Embedder model;
  private final Function<Sample, @Nullable String> refuse;
  private final TreeMap<String, Integer> skipped = new TreeMap<>();

  /**
   * @param refuse why a sample is of no use, or null when it is
   */
  public PictureReader(
      SampleSource source, Embedder model, Function<Sample, @Nullable String> refuse) {
    this.source = source;
    this.model = model;
    this.refuse = refuse;
  }

  /** Prepared samples, as many pictures as samples. */
  public record Batch(List<Sample> samples, List<Embedder.Picture> pictures) {}

  /** Takes a batch. */
  public interface Taker {
    /**
     * Takes it; it may be empty.
     *
     * @param done samples read so far, those left out too
     */
    void take(Batch batch, int done) throws IOException;
  }

  private record Read(Sample sample, Embedder.Picture picture) {}

  /** Hands on every {@code size} samples of some indices, those that can be used, in order. */
  public void each(LongStream indices, int size, Taker taker) throws IOException {
    long[] order = indices.toArray();
    int workers = Runtime.getRuntime().availableProcessors();
    try (Loader loader = new Loader(workers, FailureRules.COUNT)) {
      Gathered gathered = new Gathered(order.length, size, taker);
      loader.each(LongStream.of(order).iterator(), size, this::one, gathered::add);
      loader.skipped().counts().forEach((why, count) -> skipped.merge(why, count, Integer::sum));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** How many samples were left out so far, by reason; a copy. */
  public Map<String, Integer> skipped() {
    return new TreeMap<>(skipped);
  }

  /** A disk that fails ends the reading: it is not the samples that are bad. */
  private Read one(long index) throws UnreadableSample {
    try {
      Sample sample = source.read(index);
      String reason = refuse.apply(sample);
      if (reason != null) {
        throw new UnreadableSample(sample.key(), reason, "");
      }
      return new Read(sample, model.prepare(sample.image()));
    } catch (Embedder.Unreadable e) {
      throw new UnreadableSample(String.valueOf(index), e.reason(), "");
    } catch (UnreadableSample e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parts the order into batches; what is left out makes its batch smaller. */
  private static final class Gathered {
    private final int all;
    private final int size;
    private final Taker taker;
    private int done;
    private List<Sample> samples = new ArrayList<>();
    private List<Embedder.Picture> pictures = new ArrayList<>();

    Gathered(int all, int size, Taker taker) {
      this.all = all;
      this.size = size;
      this.taker = taker;
    }

    void add(long index, @Nullable Read read) throws IOException {
      done++;
      if (read != null) {
        samples.add(read.sample());
        pictures.add(read.picture());
      }
      if (done % size == 0 || done == all) {
        taker.take(new Batch(samples, pictures), done);
        samples = new ArrayList<>();
        pictures = new ArrayList<>();
      }
    }
  }
}
