package dev.filip.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples in parts (shards), which are numbered from 0 and hold their samples in one fixed order;
 * the order of the whole is that of its shards. A caption is read without its image. Thread-safe.
 */
public interface SampleSource extends Closeable {
  /**
   * What it is and how it was detected, one line: {@code 1,906 samples in 2 webdataset shards of
   * data/emoji/google}. Opens no shard and no sample.
   */
  String describe();

  /** Parts in which it is read, at least 1: tars, or runs of neighbours of loose files and rows. */
  int shards();

  /** Samples of a shard, or -1 where nobody has counted it yet. */
  int size(int shard);

  /** Whether all sizes are known. */
  boolean counted();

  /** Number of samples; counts the shards first where that is not known. */
  long size();

  /** Opens a shard, which may have to be fetched first. The caller closes it. */
  Shard open(int shard) throws IOException;

  /** Begins to fetch a shard that will be opened soon; returns at once. */
  void ahead(int shard);

  /** All but the image of sample {@code index}, 0 to size-1. Counts first, as {@link #size()}. */
  Sample.Text text(long index) throws IOException;

  /** Sample {@code index}, 0 to size-1, not decoded. Counts first, as {@link #size()}. */
  Sample read(long index) throws IOException;

  /** Which published data set this is; null where that is not known. */
  default @Nullable Origin origin() {
    return null;
  }

  /**
   * The file with boxes of its images, in the form of {@link dev.filip.data.known.CocoInstances};
   * null where there is none.
   */
  default @Nullable Path instances() {
    return null;
  }

  /** Class names where the source is a classification set, else empty. */
  List<String> classNames();

  /** Prompt templates shipped with a classification set, else empty. */
  List<String> templates();

  /** SHA-256 (hex) over keys, sizes and texts: changes when the data does. Reads all texts. */
  String fingerprint() throws IOException;

  /**
   * SHA-256 (hex) over the names of the parts, their bytes and counts where these are known without
   * opening anything: what a run compares when it goes on.
   */
  String shape() throws IOException;

  /** One open part. Thread-safe until it is closed. */
  interface Shard extends Closeable {
    /** Samples that are really there; more or fewer than told beforehand when the lists are old. */
    int size();

    /**
     * Key, captions, label and metadata of sample {@code i}; never touches its image.
     *
     * @throws UnreadableSample when it cannot be used, or (reason {@code missing}) is not there
     */
    Sample.Text text(int i) throws IOException;

    /** The encoded file of sample {@code i}. */
    byte[] image(int i) throws IOException;

    /** Both. */
    default Sample read(int i) throws IOException {
      return text(i).with(image(i));
    }

    @Override
    void close() throws IOException;
  }
}
