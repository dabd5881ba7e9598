package dev.filip.indexing;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the images of a source are, as a user finds them: the file itself where it is one, else
 * {@code SOURCE!/KEY}. Immutable.
 */
public final class SourcePaths {
  private static final List<String> ENDINGS =
      List.of(
          "", ".jpg", ".png", ".jpeg", ".webp", ".JPG", ".gif", ".bmp", ".PNG", ".JPEG", ".jpe",
          ".jfif");

  private final String source;
  private final List<Path> folders;

  /**
   * @param source as given: {@code PATH}, {@code NAME:PATH#SPLIT}
   */
  public SourcePaths(String source) {
    this.source = source;
    Set<String> places = new LinkedHashSet<>(List.of(source));
    int mark = source.lastIndexOf('#');
    if (mark > 0) {
      places.add(source.substring(0, mark) + "/" + source.substring(mark + 1));
      places.add(source.substring(0, mark));
    }
    for (String place : List.copyOf(places)) {
      places.add(place.substring(place.indexOf(':') + 1));
    }
    folders = places.stream().map(SourcePaths::folder).flatMap(java.util.Optional::stream).toList();
  }

  /** A folder, or the one that a table lies in. */
  private static java.util.Optional<Path> folder(String place) {
    try {
      Path path = Path.of(place);
      if (Files.isDirectory(path)) {
        return java.util.Optional.of(path);
      }
      boolean table = Files.isRegularFile(path) && !place.endsWith(".tar");
      return table
          ? java.util.Optional.ofNullable(path.toAbsolutePath().getParent())
          : java.util.Optional.empty();
    } catch (InvalidPathException e) {
      return java.util.Optional.empty();
    }
  }

  /** Of a sample's key. */
  public String of(String key) {
    for (Path folder : folders) {
      for (String ending : ENDINGS) {
        try {
          Path file = folder.resolve(key + ending);
          if (Files.isRegularFile(file)) {
            return file.toString();
          }
        } catch (InvalidPathException e) {
          return source + "!/" + key;
        }
      }
    }
    return source + "!/" + key;
  }
}
