package dev.filip.data.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shards as local files, wherever they lie. Thread-safe. */
public interface ShardFiles extends AutoCloseable {
  /** A shard as a local file that stays until closed. */
  interface Held extends AutoCloseable {
    /** The local file, whole. */
    Path file();

    /** Size and version of what was fetched. */
    ObjectInfo info();

    /** Lets the cache remove the file; a second call does nothing. */
    @Override
    void close();
  }

  /**
   * The shard as a file; a remote one is fetched first (once a machine) and held in the cache.
   *
   * @throws UnreachableShard when a remote shard cannot be had after all tries
   * @throws IOException when a local file is missing, or the disk is full; one line
   */
  Held hold(String location) throws IOException;

  /** Begins to fetch and returns at once; a failure is told by the later {@link #hold}. */
  void ahead(String location);

  /** Size and version without fetching. */
  ObjectInfo info(String location) throws IOException;

  /**
   * A small side file ({@code sizes.json}), whole; null where there is none, and where a remote one
   * may not be read: a bucket that may not be listed says the same of what it lacks.
   */
  byte @Nullable [] small(String location) throws IOException;

  /**
   * The objects directly below a folder, in order of name.
   *
   * @param place ends with {@code /}
   * @throws UnreachableShard where the store cannot be reached, or cannot list (a web server)
   */
  List<ObjectInfo> list(String place) throws IOException;

  /** Whether {@code location} lies in a store and not on a local disk. */
  boolean isRemote(String location);

  @Override
  void close();
}
