package dev.filip.curate;

/**
 * Names of persons become {@code <person>}, as in the paper. It takes no text.
 *
 * @param persons finds them
 */
record PersonRule(Persons persons) implements TextRule {
  @Override
  public Outcome apply(String caption) {
    return Outcome.kept(persons.replace(caption));
  }
}
