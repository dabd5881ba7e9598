package dev.filip.data;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.Retry;
import dev.filip.data.store.ShardCache;
import dev.filip.data.store.ShardFiles;
import dev.filip.data.store.Timeouts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts what is asked of shards. */
final class CountingFiles implements ShardFiles {
  final AtomicInteger holds = new AtomicInteger();
  final AtomicInteger infos = new AtomicInteger();
  final AtomicInteger smalls = new AtomicInteger();
  private final ShardFiles files;

  CountingFiles(Path cache) {
    this.files =
        new ShardCache(
            new ShardCache.Options(cache, 1 << 30, Retry.STANDARD, Timeouts.STANDARD, 1));
  }

  @Override
  public Held hold(String location) throws IOException {
    holds.incrementAndGet();
    return files.hold(location);
  }

  @Override
  public void ahead(String location) {
    files.ahead(location);
  }

  @Override
  public ObjectInfo info(String location) throws IOException {
    infos.incrementAndGet();
    return files.info(location);
  }

  @Override
  public byte @Nullable [] small(String location) throws IOException {
    smalls.incrementAndGet();
    return files.small(location);
  }

  @Override
  public List<ObjectInfo> list(String place) throws IOException {
    return files.list(place);
  }

  @Override
  public boolean isRemote(String location) {
    return files.isRemote(location);
  }

  @Override
  public void close() {
    files.close();
  }
}
