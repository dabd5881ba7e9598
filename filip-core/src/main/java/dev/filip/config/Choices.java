package dev.filip.config;

import dev.filip.io.BadInput;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Closed sets of words: how they are spelt, and which one was probably meant. */
final class Choices {
  private Choices() {}

  /** An unmodifiable set in the order given. */
  static Set<String> of(String... words) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(words)));
  }

  /** The words of an enum as the user types them. */
  static Set<String> of(Enum<?>[] values) {
    return of(Arrays.stream(values).map(Choices::name).toArray(String[]::new));
  }

  /** An enum constant as the user types it. */
  static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Constants as the user types them, {@code [image, text]}. */
  static String names(Collection<? extends Enum<?>> values) {
    return values.stream().map(Choices::name).collect(Collectors.joining(", ", "[", "]"));
  }

  static BadInput notOneOf(Set<String> allowed, String key, String value) {
    return BadInput.of(key, value, "one of " + String.join(", ", allowed) + hint(allowed, value));
  }

  /** {@code ; did you mean X?}, or nothing where no word is near. */
  static String hint(Collection<String> words, String typed) {
    return nearest(words, typed).map(word -> "; did you mean " + word + "?").orElse("");
  }

  /** The word with the fewest edits, at most half of the longer one's length. */
  static Optional<String> nearest(Collection<String> words, String typed) {
    String best = null;
    int least = Integer.MAX_VALUE;
    for (String word : words) {
      int edits = edits(word, typed.toLowerCase(Locale.ROOT));
      if (edits < least && 2 * edits <= Math.max(word.length(), typed.length())) {
        least = edits;
        best = word;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Insertions, deletions, substitutions and swaps of neighbours that turn {@code a} into b. */
  static int edits(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : step(a, b, i, j, cost);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int step(String a, String b, int i, int j, int[][] cost) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int least =
        Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + (same ? 0 : 1));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
  }
}
