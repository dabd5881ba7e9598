package dev.filip.data;

import java.io.File;
import java.nio.file.Path;
import java.util.List;

/** The locations of shards, packed: what is common to all of them is kept once. Thread-safe. */
final class ShardNames {
  private final String common;
  private final PackedTexts rest = new PackedTexts();

  /** At least one location: local paths or addresses. */
  ShardNames(List<String> locations) {
    String folder = folder(locations.getFirst());
    for (String location : locations) {
      while (!location.startsWith(folder)) {
        folder = folder(folder.substring(0, folder.length() - 1));
      }
    }
    this.common = folder;
    for (String location : locations) {
      rest.add(location.substring(folder.length()));
    }
  }

  int size() {
    return rest.size();
  }

  /** As it was given. */
  String location(int shard) {
    return common + rest.get(shard);
  }

  /** Its name after the folder common to all shards. */
  String relative(int shard) {
    return rest.get(shard).replace(File.separatorChar, '/');
  }

  /** {@link #relative} without its ending: what makes its keys unique. */
  String unique(int shard) {
    String name = shown(relative(shard));
    return name.endsWith(".tar") ? name.substring(0, name.length() - 4) : name;
  }

  /** The folder with its separator at the end; empty for a bare file name. */
  static String folder(String location) {
    String path = shown(location);
    return path.substring(0, nameAt(path));
  }

  /** The file name. */
  static String name(String location) {
    String path = shown(location);
    return path.substring(nameAt(path));
  }

  /** The file name before its last dot. */
  static String stem(String location) {
    return SourceFiles.stem(Path.of(name(location)));
  }

  private static int nameAt(String path) {
    int slash = path.lastIndexOf('/');
    return (File.separatorChar == '/' || path.contains("://")
            ? slash
            : Math.max(slash, path.lastIndexOf(File.separatorChar)))
        + 1;
  }

  /** For messages: a web address without the query, which may hold a signature. */
  static String shown(String location) {
    int end = location.startsWith("http") ? location.indexOf('?') : -1;
    return end < 0 ? location : location.substring(0, end);
  }
}
