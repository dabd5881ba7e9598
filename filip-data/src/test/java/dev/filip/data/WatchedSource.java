package dev.filip.data;

import dev.filip.data.store.UnreachableShard;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Another source whose sizes may be hidden and whose shards may be out of reach; counts how often
 * they are opened.
 */
final class WatchedSource implements SampleSource {
  private final SampleSource source;
  private final boolean hidden;
  private final Set<Integer> unreachable;
  final Map<Integer, AtomicInteger> opened = new ConcurrentHashMap<>();
  final Map<Integer, AtomicInteger> asked = new ConcurrentHashMap<>();
  final Set<Integer> fetched = ConcurrentHashMap.newKeySet();

  WatchedSource(SampleSource source, boolean hidden, Integer... unreachable) {
    this.source = source;
    this.hidden = hidden;
    this.unreachable = Set.of(unreachable);
  }

  /** Openings in all. */
  int openings() {
    return opened.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  private static void add(Map<Integer, AtomicInteger> to, int shard) {
    to.computeIfAbsent(shard, _ -> new AtomicInteger()).incrementAndGet();
  }

  @Override
  public String describe() {
    return source.describe();
  }

  @Override
  public int shards() {
    return source.shards();
  }

  @Override
  public int size(int shard) {
    return hidden ? -1 : source.size(shard);
  }

  @Override
  public boolean counted() {
    return !hidden;
  }

  @Override
  public long size() {
    if (hidden) {
      throw new IllegalStateException("nobody needs the count");
    }
    return source.size();
  }

  @Override
  public Shard open(int shard) throws IOException {
    add(asked, shard);
    if (unreachable.contains(shard)) {
      throw new UnreachableShard("s" + shard + ".tar", "no answer", 3, new IOException("no"));
    }
    add(opened, shard);
    return source.open(shard);
  }

  @Override
  public void ahead(int shard) {
    fetched.add(shard);
  }

  @Override
  public Sample.Text text(long index) throws IOException {
    throw new IllegalStateException("by shard");
  }

  @Override
  public Sample read(long index) throws IOException {
    throw new IllegalStateException("by shard");
  }

  @Override
  public List<String> classNames() {
    return source.classNames();
  }

  @Override
  public List<String> templates() {
    return source.templates();
  }

  @Override
  public String fingerprint() throws IOException {
    return source.fingerprint();
  }

  @Override
  public String shape() throws IOException {
    return source.shape();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
