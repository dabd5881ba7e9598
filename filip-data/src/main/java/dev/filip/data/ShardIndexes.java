package dev.filip.data;

import dev.filip.data.store.ShardFiles;
import dev.filip.io.Digests;
import dev.filip.io.NativeCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the index file of each folder of shards lies: beside them ({@value #NAME}), or in the
 * user's cache where the folder cannot be written or is remote. Thread-safe.
 */
final class ShardIndexes {
  static final String NAME = ".filip-index";

  private final ShardFiles files;
  private final Path cache;
  private final Map<String, ShardIndex> known = new HashMap<>();

  /** Indexes kept under {@code cache} where they cannot lie beside the shards. */
  ShardIndexes(ShardFiles files, Path cache) {
    this.files = files;
    this.cache = cache;
  }

  /** {@code FILIP_CACHE/index}, or {@code filip/index} in the user's cache. */
  static Path standardCache() {
    String named = System.getenv("FILIP_CACHE");
    return named == null || named.isBlank()
        ? NativeCache.userCache().resolve("filip").resolve("index")
        : Path.of(named, "index");
  }

  /** The index of a folder: {@link ShardNames#folder}. Empty where there is none. */
  synchronized ShardIndex of(String folder) {
    return known.computeIfAbsent(folder, this::read);
  }

  private ShardIndex read(String folder) {
    Path beside = beside(folder);
    return ShardIndex.read(beside != null && Files.isRegularFile(beside) ? beside : cached(folder));
  }

  /** Begins a new index of a folder, where it can be written. */
  ShardIndex.Writer write(String folder) throws IOException {
    Path beside = beside(folder);
    if (beside != null) {
      try {
        return new ShardIndex.Writer(beside);
      } catch (IOException e) {
        // a read-only folder: the cache it is
      }
    }
    Path cached = cached(folder);
    Files.createDirectories(cached.toAbsolutePath().getParent());
    return new ShardIndex.Writer(cached);
  }

  /** Reads a folder's index anew when it is next asked for. */
  synchronized void forget(String folder) {
    known.remove(folder);
  }

  private @Nullable Path beside(String folder) {
    return files.isRemote(folder) ? null : Path.of(folder).resolve(NAME);
  }

  private Path cached(String folder) {
    String place =
        files.isRemote(folder) ? folder : Path.of(folder).toAbsolutePath().normalize().toString();
    String name = Digests.sha256(place).substring(0, 32);
    return cache.resolve(name + ".index");
  }
}
