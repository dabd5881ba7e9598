package dev.filip.data;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a source's text apart: what exists under that name is taken as it is; else it is a list
 * parted by {@code ::} of names with braces, of which the part up to a folder that exists is again
 * taken as it is. Stateless.
 */
final class SourceNames {
  private SourceNames() {}

  /** At least one name. */
  static List<String> of(String spec) {
    if (exists(spec) || spec.contains("::") && folderEnd(spec) > spec.lastIndexOf("::")) {
      return braces(spec);
    }
    List<String> names = new ArrayList<>();
    for (String part : spec.split("::", -1)) {
      BadInput.require(
          !part.isBlank(), "source", '"' + spec + '"', "a path, or paths parted by ::");
      names.addAll(braces(part));
    }
    return names;
  }

  private static List<String> braces(String name) {
    if (!name.contains("{") || exists(name)) {
      return List.of(name);
    }
    int end = folderEnd(name);
    String folder = name.substring(0, end);
    return SourceFiles.expand(name.substring(end)).stream().map(folder::concat).toList();
  }

  /** Where the longest part of it that is a folder ends, its slash included; 0 for none. */
  private static int folderEnd(String name) {
    int slash = name.lastIndexOf('/');
    while (slash > 0 && !exists(name.substring(0, slash))) {
      slash = name.lastIndexOf('/', slash - 1);
    }
    return slash + 1;
  }

  private static boolean exists(String name) {
    try {
      return !name.isEmpty() && Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
