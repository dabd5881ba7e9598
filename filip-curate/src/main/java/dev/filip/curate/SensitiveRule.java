package dev.filip.curate;

/**
 * Texts with a word of a list that the user can replace. The paper's list is not published.
 *
 * @param words what no text may hold
 */
record SensitiveRule(WordList words) implements TextRule {
  /** The list that is taken where none is named. */
  static final String BUILT_IN = "sensitive.txt";

  @Override
  public Outcome apply(String caption) {
    String found = words.found(caption);
    return found.isEmpty() ? Outcome.kept(caption) : Outcome.taken("holds \"" + found + '"');
  }
}
