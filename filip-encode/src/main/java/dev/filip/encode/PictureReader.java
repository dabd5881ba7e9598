package dev.filip.encode;

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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads samples of a source and prepares their images, on all cores. What cannot be used is counted
 * by reason and left out. Used by one thread.
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

  private record Read(
      @Nullable Sample sample, Embedder.@Nullable Picture picture, @Nullable String reason) {}

  /** The samples of some indices that can be used, in their order; all are held at once. */
  public Batch read(int... indices) throws IOException {
    List<Read> reads;
    try {
      reads = IntStream.of(indices).parallel().mapToObj(this::one).toList();
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

  /** How many samples were left out so far, by reason; a copy. */
  public Map<String, Integer> skipped() {
    return new TreeMap<>(skipped);
  }

  private Read one(int index) {
    try {
      Sample sample = source.read(index);
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
