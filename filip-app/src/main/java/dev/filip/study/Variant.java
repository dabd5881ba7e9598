package dev.filip.study;

import java.util.List;

/**
 * One line of a study's table: the config with some keys changed. Immutable.
 *
 * @param name as the table shows it
 * @param overrides as {@code --set} takes them
 */
public record Variant(String name, List<String> overrides) {
  public Variant {
    overrides = List.copyOf(overrides);
  }

  static Variant of(String name, String... overrides) {
    return new Variant(name, List.of(overrides));
  }

  /** The name in letters, digits and dashes, for a folder. */
  String slug() {
    return name.toLowerCase(java.util.Locale.ROOT)
        .replace("%", "")
        .replaceAll("[^a-z0-9.]+", "-")
        .replaceAll("^-|-$", "");
  }
}
