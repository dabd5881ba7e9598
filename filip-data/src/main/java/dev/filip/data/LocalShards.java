package dev.filip.data;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.ShardFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Shards that are local files already. Thread-safe. */
final class LocalShards implements ShardFiles {
  private record Local(Path file, ObjectInfo info) implements Held {
    @Override
    public void close() {}
  }

  @Override
  public Held hold(String location) throws IOException {
    return new Local(Path.of(location), info(location));
  }

  @Override
  public void ahead(String location) {}

  @Override
  public ObjectInfo info(String location) throws IOException {
    var attributes = Files.readAttributes(Path.of(location), BasicFileAttributes.class);
    return new ObjectInfo(
        location, attributes.size(), attributes.lastModifiedTime().toInstant().toString());
  }

  @Override
  public byte @Nullable [] small(String location) throws IOException {
    try {
      return Files.readAllBytes(Path.of(location));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public boolean isRemote(String location) {
    return false;
  }

  @Override
  public void close() {}
}
