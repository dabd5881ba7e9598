package dev.filip.indexing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.encode.Embedder;
import dev.filip.encode.PictureReader;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import dev.filip.io.Tasks;
import dev.filip.search.Hit;
import dev.filip.search.IndexEditor;
import dev.filip.search.Item;
import dev.filip.search.Snapshot;
import dev.filip.tokens.Tokens;
import dev.filip.viz.AwtImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Streams a source through the image tower into an index, a commit every {@value #COMMIT} images:
 * what is committed stays whatever happens, and a run that is begun again passes over images that
 * are in the index as they are. In memory are one batch of pictures and the rows of one commit.
 * Used by one thread.
 */
public final class SourceIndexer {
  static final int COMMIT = 1024;
  private static final int BATCH = 64;
  private static final String UNCHANGED = "unchanged";

  private final IndexModel model;
  private final Embedder embedder;
  private final SampleSource source;
  private final SourcePaths paths;
  private final List<Item> waiting = new ArrayList<>();
  private IndexEditor.Done done = IndexEditor.Done.NOTHING;

  public SourceIndexer(IndexModel model, SampleSource source, SourcePaths paths) {
    this.model = model;
    this.embedder = model.embedder().as(Tokens.Type.BF16);
    this.source = source;
    this.paths = paths;
  }

  /**
   * Adds all of it.
   *
   * @param limit at most so many samples, evenly spread; 0 for all
   * @throws BadInput for an empty source, or metadata of another type than at first use
   */
  public Added run(Path index, int limit, boolean quiet) throws IOException {
    BadInput.require(source.size() > 0, "source", source.describe(), "not empty");
    long samples = limit == 0 ? source.size() : Math.min(limit, source.size());
    try (IndexEditor editor = IndexEditor.open(index)) {
      long[] all = LongStream.range(0, samples).map(i -> i * source.size() / samples).toArray();
      return run(editor, index, all, quiet);
    }
  }

  /** Adds some samples of it. */
  Added run(IndexEditor editor, Path index, long[] samples, boolean quiet) throws IOException {
    try (Snapshot before = Snapshot.open(index)) {
      return run(editor::add, sample -> isThere(before, sample) ? UNCHANGED : null, samples, quiet);
    }
  }

  /** Takes items as they come, {@value #COMMIT} at a time. */
  interface Sink {
    IndexEditor.Done put(List<Item> items) throws IOException;
  }

  /**
   * Encodes some samples.
   *
   * @param refuse why one is not encoded; null where it is
   */
  Added run(Sink sink, Function<Sample, @Nullable String> refuse, long[] samples, boolean quiet)
      throws IOException {
    long begun = System.nanoTime();
    try (Progress progress = quiet ? null : new Progress("images", samples.length)) {
      PictureReader reader = new PictureReader(source, embedder, refuse);
      reader.each(
          LongStream.of(samples),
          BATCH,
          (batch, count) -> {
            take(batch);
            commit(sink, COMMIT);
            if (progress != null) {
              progress.to(count, "");
            }
          });
      commit(sink, 1);
      Map<String, Integer> skipped = reader.skipped();
      Integer unchanged = skipped.remove(UNCHANGED);
      return new Added(
          done, unchanged == null ? 0 : unchanged, skipped, (System.nanoTime() - begun) / 1e9);
    }
  }

  private boolean isThere(Snapshot before, Sample sample) {
    try {
      Optional<Hit> there = before.find(sample.key());
      return there.isPresent() && there.get().about().digest().equals(digest(sample));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void take(PictureReader.Batch batch) {
    if (batch.samples().isEmpty()) {
      return;
    }
    Tokens rows = model.rows(embedder.images(batch.pictures()));
    Item[] items = new Item[rows.size()];
    Tasks.forEach(items.length, i -> items[i] = item(batch, i, rows.slice(i, i + 1)));
    waiting.addAll(Arrays.asList(items));
  }

  private Item item(PictureReader.Batch batch, int i, Tokens rows) {
    Sample sample = batch.samples().get(i);
    byte[] thumbnail = AwtImages.jpeg(AwtImages.awt(batch.pictures().get(i).pixels().toRgb()));
    String path = paths.of(sample.key());
    Item.About about =
        new Item.About(path, metadata(sample), sample.captions(), thumbnail, digest(sample));
    return new Item(sample.key(), rows, about);
  }

  private void commit(Sink sink, int atLeast) throws IOException {
    if (waiting.size() >= atLeast) {
      done = done.plus(sink.put(waiting));
      waiting.clear();
    }
  }

  /** The sample's, and {@code class} where the source has classes. */
  private ObjectNode metadata(Sample sample) {
    ObjectNode json =
        sample.metadata() instanceof ObjectNode object ? object.deepCopy() : Json.object();
    if (isNamed(sample) && !json.has("class")) {
      json.put("class", source.classNames().get(sample.label()));
    }
    return json;
  }

  private boolean isNamed(Sample sample) {
    return sample.label() >= 0 && sample.label() < source.classNames().size();
  }

  /** A class by its name: numbers of classes change when there are more of them. */
  private String label(Sample sample) {
    return isNamed(sample)
        ? source.classNames().get(sample.label())
        : Integer.toString(sample.label());
  }

  private String digest(Sample sample) {
    MessageDigest digest = Digests.sha256();
    digest.update(sample.image());
    sample.captions().forEach(caption -> Digests.add(digest, caption));
    Digests.add(digest, label(sample));
    @Nullable Object metadata = sample.metadata();
    Digests.add(digest, String.valueOf(metadata));
    return Digests.hex(digest);
  }
}
