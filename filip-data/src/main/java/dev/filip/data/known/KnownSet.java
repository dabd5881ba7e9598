package dev.filip.data.known;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param instances the file with its boxes, of {@link CocoInstances}' form; null where there is
 *     none
 */
public record KnownSet(
    String dataset,
    String split,
    List<String> classes,
    List<String> rawClasses,
    Items items,
    List<String> left,
    int whole,
    @Nullable Path instances) {
  public KnownSet {
    classes = List.copyOf(classes);
    rawClasses = List.copyOf(rawClasses);
    left = List.copyOf(left);
  }

  KnownSet(String dataset, String split, List<String> classes, List<String> raw, Items items) {
    this(dataset, split, classes, raw, items, List.of(), -1);
  }

  /** Without boxes. */
  KnownSet(
      String dataset,
      String split,
      List<String> classes,
      List<String> raw,
      Items items,
      List<String> left,
      int whole) {
    this(dataset, split, classes, raw, items, left, whole, null);
  }

  KnownSet boxedBy(@Nullable Path file) {
    return new KnownSet(dataset, split, classes, rawClasses, items, left, whole, file);
  }

  /** Images with captions. */
  KnownSet(String dataset, String split, Items items) {
    this(dataset, split, List.of(), List.of(), items);
  }

  KnownSet leaving(List<String> words) {
    return new KnownSet(dataset, split, classes, rawClasses, items, words, whole, instances);
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
