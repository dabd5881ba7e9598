package dev.filip.data;

import dev.filip.data.store.UnreachableShard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shards of some sources that are open at the moment. One that could not be had is not asked
 * for again. Thread-safe.
 */
final class ShardPool implements AutoCloseable {
  /** Open at once whatever is needed. */
  private static final int FEW = 64;

  /** Open files of a source, well below what a process may have. */
  private static final int MOST = 1024;

  private record Id(int source, int shard) {}

  private final List<SampleSource> sources;
  private final List<OpenShards> open = new ArrayList<>();
  private final Map<Id, UnreachableShard> lost = new ConcurrentHashMap<>();

  private final Map<Id, Integer> needed = new ConcurrentHashMap<>();

  ShardPool(List<SampleSource> sources) {
    this.sources = List.copyOf(sources);
    for (SampleSource source : sources) {
      open.add(new OpenShards(source::open, FEW));
    }
  }

  /** A lane reads from so many shards of a source at the moment. */
  void need(int source, int lane, int shards) {
    needed.put(new Id(source, lane), shards);
    long all = 0;
    for (var need : needed.entrySet()) {
      all += need.getKey().source() == source ? need.getValue() : 0;
    }
    open.get(source).keep(Math.clamp(all, FEW, MOST));
  }

  /** Reads from a shard, which is opened where it is not. */
  <T> T with(int source, int shard, OpenShards.Use<T> use) throws IOException {
    Id id = new Id(source, shard);
    UnreachableShard before = lost.get(id);
    if (before != null) {
      throw before;
    }
    try {
      return open.get(source).with(shard, use);
    } catch (UnreachableShard e) {
      lost.put(id, e);
      throw e;
    }
  }

  /** Begins to fetch a shard. */
  void ahead(int source, int shard) {
    sources.get(source).ahead(shard);
  }

  /** Closes what is open; the sources stay open. */
  @Override
  public void close() {
    try {
      for (OpenShards shards : open) {
        shards.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
