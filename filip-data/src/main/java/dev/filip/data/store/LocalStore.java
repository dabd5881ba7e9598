package dev.filip.data.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Files of this machine. Thread-safe. */
final class LocalStore implements Store {
  @Override
  public ObjectInfo info(String location) throws IOException {
    try {
      return info(location, Locations.path(location));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static ObjectInfo info(String location, Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new StoreFailure(StoreFailure.Kind.REFUSED, "not a file", null);
    }
    String version = attributes.size() + "@" + attributes.lastModifiedTime();
    return new ObjectInfo(location, attributes.size(), version);
  }

  @Override
  public InputStream open(String location, long from, long length) throws IOException {
    try {
      FileChannel channel = FileChannel.open(Locations.path(location), StandardOpenOption.READ);
      try {
        if (from > channel.size()) {
          throw StoreFailure.beyond(from);
        }
        InputStream in = Channels.newInputStream(channel.position(from));
        return length < 0 ? in : new LimitedStream(in, length);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public List<ObjectInfo> list(String folder) throws IOException {
    List<ObjectInfo> found = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(Locations.path(folder), Files::isRegularFile)) {
      for (Path entry : entries) {
        found.add(info(folder + entry.getFileName(), entry));
      }
    } catch (IOException e) {
      throw failure(e);
    }
    found.sort(Comparator.comparing(ObjectInfo::location));
    return found;
  }

  private static IOException failure(IOException e) {
    return switch (e) {
      case StoreFailure known -> known;
      case NoSuchFileException _ -> new StoreFailure(StoreFailure.Kind.MISSING, "no such file", e);
      case NotDirectoryException _ ->
          new StoreFailure(StoreFailure.Kind.REFUSED, "not a folder", e);
      case AccessDeniedException _ ->
          new StoreFailure(StoreFailure.Kind.REFUSED, "no permission", e);
      default ->
          new StoreFailure(StoreFailure.Kind.REFUSED, "cannot be read: " + e.getMessage(), e);
    };
  }

  @Override
  public void close() {}
}
