package dev.filip.data;

import java.io.IOException;

/**
 * Samples of which each can be reached by itself: files, rows of a table, memory. Its shards are
 * runs of {@value #RUN} neighbours; they cost nothing to open.
 */
public abstract class LooseSource implements SampleSource {
  private static final int RUN = 8192;

  /** Number of samples, known from the start. */
  protected abstract int count();

  /** The encoded image of sample {@code index}, 0 to count-1. */
  protected abstract byte[] image(int index) throws IOException;

  /** All but the image of sample {@code index}, 0 to count-1. */
  protected abstract Sample.Text text(int index) throws IOException;

  @Override
  public final int shards() {
    return Math.max(1, Math.ceilDiv(count(), RUN));
  }

  @Override
  public final int size(int shard) {
    return Math.min(RUN, count() - shard * RUN);
  }

  @Override
  public final boolean counted() {
    return true;
  }

  @Override
  public final long size() {
    return count();
  }

  @Override
  public final Shard open(int shard) {
    return new Run(shard * RUN, size(shard));
  }

  /** Nothing has to be fetched. */
  @Override
  public final void ahead(int shard) {}

  @Override
  public final Sample.Text text(long index) throws IOException {
    return text(Math.toIntExact(index));
  }

  @Override
  public final Sample read(long index) throws IOException {
    int at = Math.toIntExact(index);
    return text(at).with(image(at));
  }

  private final class Run implements Shard {
    private final int first;
    private final int size;

    Run(int first, int size) {
      this.first = first;
      this.size = size;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public Sample.Text text(int i) throws IOException {
      return LooseSource.this.text(at(i));
    }

    @Override
    public byte[] image(int i) throws IOException {
      return LooseSource.this.image(at(i));
    }

    private int at(int i) throws UnreadableSample {
      if (i >= size) {
        throw new UnreadableSample("sample " + (first + (long) i), "missing", "");
      }
      return first + i;
    }

    @Override
    public void close() {}
  }
}
