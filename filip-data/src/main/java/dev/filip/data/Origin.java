package dev.filip.data;

import java.util.List;

/**
 * Which published data set a source is. Immutable.
 *
 * @param dataset its name: {@code food101}
 * @param split as the data set names it: {@code test}
 * @param rawClasses names of its classes as the data set itself has them, in the order of labels
 * @param notes what its reader should know: other counts than the published set has, what was left
 *     out
 */
public record Origin(String dataset, String split, List<String> rawClasses, List<String> notes) {
  public Origin {
    rawClasses = List.copyOf(rawClasses);
    notes = List.copyOf(notes);
  }

  /** {@code food101 test}. */
  public String title() {
    return dataset + " " + split;
  }

  /** The notes to stand at the end of a line; empty without any. */
  String remarks() {
    return notes.isEmpty() ? "" : "; " + String.join("; ", notes);
  }
}
