package dev.filip.generate;

import java.util.List;
import java.util.Map;

/**
 * One emoji that every artist has drawn.
 *
 * @param code its code points without FE0F, such as {@code 1F408-200D-2B1B}
 * @param name unique, lower case
 * @param others short names that differ from the name
 * @param keywords words that belong to it, without the name
 * @param group such as {@code animals-nature}
 * @param drawings encoded PNG or SVG of each artist
 */
record Emoji(
    String code,
    String name,
    List<String> others,
    List<String> keywords,
    String group,
    Map<Artist, byte[]> drawings) {
  Emoji {
    others = List.copyOf(others);
    keywords = List.copyOf(keywords);
    drawings = Map.copyOf(drawings);
  }

  /** Whether a mirror image is still the same thing: not so for flags, signs and directions. */
  boolean mayFlip() {
    return !group.equals("flags")
        && !group.equals("symbols")
        && !name.contains("left")
        && !name.contains("right");
  }
}
