package dev.filip.data.known;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Readable names of classes as CLIP published them, by the raw ones. Stateless. */
final class ClassNames {
  private ClassNames() {}

  /** A table of this package: raw name to readable name, in the order of the file. */
  static SequencedMap<String, String> table(String dataset) {
    SequencedMap<String, String> names = new LinkedHashMap<>();
    try (InputStream in = ClassNames.class.getResourceAsStream(dataset + ".tsv")) {
      if (in == null) {
        throw new IllegalStateException("no names of " + dataset);
      }
      new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", 2))
          .forEach(both -> names.put(both[0], both[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  /** By the table, else without underscores and slashes. */
  static List<String> readable(Map<String, String> table, List<String> raw) {
    return raw.stream().map(name -> table.getOrDefault(name, spaced(name))).toList();
  }

  /** Underscores and slashes as spaces: {@code apartment_building/outdoor}. */
  static List<String> spaced(List<String> raw) {
    return raw.stream().map(ClassNames::spaced).toList();
  }

  private static String spaced(String name) {
    return name.replace('_', ' ').replace('/', ' ').strip();
  }
}
