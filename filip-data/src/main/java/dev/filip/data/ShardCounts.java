package dev.filip.data;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.ShardFiles;
import dev.filip.data.store.UnreachableShard;
import dev.filip.io.BadInput;
import dev.filip.io.Progress;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How many samples each shard holds: as told beside the shards, by their index file, or counted,
 * which writes the index. Thread-safe.
 */
final class ShardCounts {
  /** Fewer samples are counted again each time: it takes a moment and leaves no file behind. */
  static final int INDEXED_FROM = 16_384;

  private static final int BAR_FROM = 32;

  private final ShardNames names;
  private final ShardFiles files;
  private final ShardIndexes indexes;
  private final boolean keepTruncated;
  private final int[] sizes;
  private final Consumer<String> say;
  private final Map<Integer, String> truncations = new TreeMap<>();
  private long withoutImage;

  /** Takes over {@code told}: a count for each shard, -1 where nothing is told. */
  ShardCounts(
      ShardNames names,
      ShardFiles files,
      ShardIndexes indexes,
      boolean keepTruncated,
      int[] told,
      Consumer<String> say) {
    this.names = names;
    this.files = files;
    this.indexes = indexes;
    this.keepTruncated = keepTruncated;
    this.sizes = told;
    this.say = say;
  }

  synchronized int size(int shard) {
    return sizes[shard];
  }

  synchronized boolean complete() {
    return Arrays.stream(sizes).allMatch(size -> size >= 0);
  }

  /** All sizes known so far, added up. */
  synchronized long sum() {
    return Arrays.stream(sizes).filter(size -> size >= 0).asLongStream().sum();
  }

  /** Samples left out for want of an image, and shards that end too early; empty for none. */
  synchronized String remarks() {
    String without =
        withoutImage == 0 ? "" : String.format(Locale.ROOT, "; %,d without an image", withoutImage);
    return truncations.isEmpty()
        ? without
        : without + "; " + String.join("; ", truncations.values());
  }

  /** Takes what the index files tell of shards that are not known, without looking at these. */
  synchronized void fromIndexes() {
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] < 0) {
        String location = names.location(i);
        sizes[i] = indexes.of(ShardNames.folder(location)).count(ShardNames.name(location));
      }
    }
  }

  /** What is done with the tables of counted shards, one after the other in order of shards. */
  interface Taker {
    void take(int shard, ShardTable table);
  }

  /**
   * Counts the shards whose size is not known, several at once; what an index tells of a shard as
   * it is now is not read again.
   *
   * @throws BadInput for a shard that cannot be read, is no tar, or ends too early
   */
  synchronized void count(@Nullable Taker taker) {
    int[] open = IntStream.range(0, sizes.length).filter(i -> sizes[i] < 0).toArray();
    if (open.length == 0) {
      return;
    }
    int threads = Math.min(open.length, files.isRemote(names.location(0)) ? 16 : threads());
    try (Writers writers = new Writers();
        Progress progress = open.length < BAR_FROM ? null : new Progress("counting", open.length);
        ExecutorService pool =
            Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("filip-count-", 1).factory())) {
      try {
        inOrder(open, pool, writers, taker, progress, 4 * threads);
      } finally {
        pool.shutdownNow();
      }
      writers.commit();
    } catch (IOException e) {
      throw new BadInput(Reasons.of(e), e);
    }
  }

  private static int threads() {
    return Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 16);
  }

  /** At most {@code window} tables are in memory. */
  private void inOrder(
      int[] open,
      ExecutorService pool,
      Writers writers,
      @Nullable Taker taker,
      @Nullable Progress progress,
      int window)
      throws IOException {
    Deque<Future<ShardTable>> begun = new ArrayDeque<>();
    for (int next = 0, done = 0; done < open.length; done++) {
      for (; next < open.length && next < done + window; next++) {
        int shard = open[next];
        begun.add(pool.submit(() -> table(shard, writers)));
      }
      ShardTable table = result(begun.remove());
      counted(open[done], table);
      if (taker != null) {
        taker.take(open[done], table);
      }
      if (progress != null) {
        progress.step();
      }
    }
  }

  private void counted(int shard, ShardTable table) {
    sizes[shard] = table.size();
    withoutImage += table.withoutImage();
    if (table.truncatedAt() >= 0) {
      truncations.put(shard, truncation(names.location(shard), table));
    }
  }

  private static ShardTable result(Future<ShardTable> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while counting samples");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private ShardTable table(int shard, Writers writers) throws IOException {
    String location = names.location(shard);
    try (ShardFiles.Held held = files.hold(location)) {
      ShardIndex index = indexes.of(ShardNames.folder(location));
      ShardTable known = index.table(ShardNames.name(location), held.info());
      if (known != null) {
        return checked(location, known);
      }
      ShardTable table = checked(location, scan(held, location));
      writers.add(location, held.info(), table);
      return table;
    } catch (IOException e) {
      throw named(location, e);
    }
  }

  private ShardTable checked(String location, ShardTable table) throws IOException {
    return checked(location, table, keepTruncated);
  }

  /** Refuses a truncated shard unless {@code keepTruncated}. */
  static ShardTable checked(String location, ShardTable table, boolean keepTruncated)
      throws IOException {
    if (table.truncatedAt() >= 0 && !keepTruncated) {
      throw new IOException(
          truncation(location, table) + " (" + table.members() + " members before it are whole)");
    }
    return table;
  }

  private static String truncation(String location, ShardTable table) {
    return "shard "
        + ShardNames.shown(location)
        + " is truncated: it ends at offset "
        + table.truncatedAt();
  }

  private static ShardTable scan(ShardFiles.Held held, String location) throws IOException {
    try (FileChannel channel = FileChannel.open(held.file(), StandardOpenOption.READ)) {
      return ShardTable.scan(ShardNames.shown(location), channel);
    }
  }

  /** A message that names the shard. */
  static IOException named(String location, IOException e) {
    String why = Reasons.of(e);
    String shown = ShardNames.shown(location);
    return e instanceof UnreachableShard || why.contains(shown)
        ? e
        : new IOException("cannot read shard " + shown + ": " + why, e);
  }

  /** A new index file for every folder that had a shard counted; begun when it is worth it. */
  private final class Writers implements AutoCloseable {
    private record Counted(String location, ObjectInfo info, ShardTable table) {}

    private final Map<String, ShardIndex.Writer> writers = new HashMap<>();
    private final List<Counted> waiting = new ArrayList<>();
    private long samples;
    private @Nullable IOException failure;

    synchronized void add(String location, ObjectInfo info, ShardTable table) {
      samples += table.size();
      waiting.add(new Counted(location, info, table));
      if (samples < INDEXED_FROM) {
        return;
      }
      try {
        for (Counted next : waiting) {
          write(next);
        }
      } catch (IOException e) {
        failure = e;
      }
      waiting.clear();
    }

    private void write(Counted counted) throws IOException {
      if (failure != null) {
        return;
      }
      String folder = ShardNames.folder(counted.location());
      ShardIndex.Writer writer = writers.get(folder);
      if (writer == null) {
        writer = indexes.write(folder);
        writers.put(folder, writer);
      }
      writer.add(ShardNames.name(counted.location()), counted.info(), counted.table());
    }

    /** A full disk costs the index, and that is said. */
    synchronized void commit() {
      try {
        if (failure != null) {
          throw failure;
        }
        for (var writer : writers.entrySet()) {
          String folder = writer.getKey();
          writer.getValue().commit(indexes.of(folder), name -> isThere(folder, name));
          indexes.forget(folder);
        }
      } catch (IOException e) {
        say.accept("no index written, so that shards are counted again: " + Reasons.of(e));
      }
    }

    private boolean isThere(String folder, String name) {
      return files.isRemote(folder) || Files.exists(Path.of(folder).resolve(name));
    }

    @Override
    public void close() throws IOException {
      for (ShardIndex.Writer writer : writers.values()) {
        writer.close();
      }
    }
  }
}
