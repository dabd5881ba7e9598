package dev.filip.data;

import dev.filip.data.known.KnownSets;
import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a SOURCE says: {@code NAME:PATH#SPLIT}, {@code PATH#SPLIT}, or all of it a path.
 * A file or folder that really has the whole text as its name wins.
 *
 * @param dataset a known data set, or null
 * @param place path, list of shards or address
 * @param split null where none is named
 */
record SourceName(@Nullable String dataset, String place, @Nullable String split) {
  static final String IMG2DATASET = "img2dataset";

  /** Takes a text apart; {@code split} is one that was given beside it. */
  static SourceName of(String spec, @Nullable String split) {
    int colon = spec.indexOf(':');
    String name = colon < 0 ? "" : spec.substring(0, colon);
    boolean known = name.equals(IMG2DATASET) || KnownSets.names().contains(name);
    if (!known || exists(spec)) {
      return parted(null, spec, split);
    }
    String place = spec.substring(colon + 1);
    BadInput.require(!place.isEmpty() && !place.startsWith("#"), "source", spec, name + ":PATH");
    return parted(name, home(place), split);
  }

  private static SourceName parted(@Nullable String dataset, String text, @Nullable String given) {
    int mark = text.lastIndexOf('#');
    boolean marked =
        mark > 0 && !exists(text) && (dataset != null || exists(text.substring(0, mark)));
    if (!marked) {
      return new SourceName(dataset, text, given);
    }
    String own = text.substring(mark + 1);
    BadInput.require(
        given == null || given.equals(own), "split", given + " beside #" + own, "named once");
    BadInput.require(!own.isEmpty(), "source", text, "PATH#SPLIT with a split's name");
    return new SourceName(dataset, text.substring(0, mark), own);
  }

  private static boolean exists(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** The shell leaves a {@code ~} alone that does not begin a word. */
  private static String home(String place) {
    return place.startsWith("~/") ? System.getProperty("user.home") + place.substring(1) : place;
  }
}
