package dev.filip.data.known;

import java.util.List;

/**
 * A split of a published data set. Thread-safe.
 *
 * @param dataset its name: {@code food101}
 * @param split as the data set names it: {@code test}
 * @param classes readable names in the order of labels, as the paper's sources have them; empty
 *     without classes
 * @param rawClasses the same as the data set itself names them
 * @param left what was left out of it, in words; empty for nothing
 * @param whole samples of the whole that a seeded split was drawn from; -1 where it was not
 */
public record KnownSet(
    String dataset,
    String split,
    List<String> classes,
    List<String> rawClasses,
    Items items,
    List<String> left,
    int whole) {
  public KnownSet {
    classes = List.copyOf(classes);
    rawClasses = List.copyOf(rawClasses);
    left = List.copyOf(left);
  }

  KnownSet(String dataset, String split, List<String> classes, List<String> raw, Items items) {
    this(dataset, split, classes, raw, items, List.of(), -1);
  }

  /** Images with captions. */
  KnownSet(String dataset, String split, Items items) {
    this(dataset, split, List.of(), List.of(), items);
  }

  KnownSet leaving(List<String> words) {
    return new KnownSet(dataset, split, classes, rawClasses, items, words, whole);
  }

  /**
   * What its reader should know: where it has other counts than the published set, and what was
   * left out. Counts the samples first where that was not done yet.
   */
  public List<String> notes() {
    List<String> notes = PublishedCounts.notes(this);
    notes.addAll(left);
    return List.copyOf(notes);
  }
}
