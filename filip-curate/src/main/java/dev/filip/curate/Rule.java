package dev.filip.curate;

/**
 * One rule with its settings. Those on one image or one text judge it by itself; the two others
 * need all samples that come before them in the rules' order. Immutable.
 */
sealed interface Rule permits ImageRule, TextRule, Rule.Repetition, Rule.NearDuplicates {
  /**
   * A text that stands beside many images says nothing about one.
   *
   * @param most images a text may have
   */
  record Repetition(int most) implements Rule {}

  /**
   * Of pictures that look alike the first one stays.
   *
   * @param distance bits in which two hashes may differ and still be alike
   */
  record NearDuplicates(int distance) implements Rule {}
}
