package dev.filip.text;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A token that is found in a text before it is split into words, as Hugging Face's {@code
 * tokenizers} do: a user's own word, or a mark of the model. Immutable.
 *
 * @param content its spelling
 */
record AddedToken(String content, int id, Set<Flag> flags) {
  /** How a spelling is found; the names are those of {@code tokenizer.json}. */
  enum Flag {
    /** Not where a letter, digit or {@code _} stands beside it. */
    SINGLE_WORD,
    /** White space before it belongs to it. */
    LSTRIP,
    /** White space behind it belongs to it. */
    RSTRIP,
    /** Found in the cleaned text, its spelling cleaned likewise; else in the text as it stands. */
    NORMALIZED,
    /** Taken before others of the same spelling. */
    SPECIAL;

    /** Its key in {@code tokenizer.json}. */
    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  AddedToken {
    flags = Set.copyOf(flags);
  }

  /** One of this spelling that is a mark of the model, taken as it stands. */
  static AddedToken special(String content, int id) {
    return new AddedToken(content, id, EnumSet.of(Flag.SPECIAL));
  }

  boolean is(Flag flag) {
    return flags.contains(flag);
  }

  AddedToken withId(int other) {
    return new AddedToken(content, other, flags);
  }
}
