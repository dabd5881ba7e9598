package dev.filip.eval;

import dev.filip.data.Origin;
import dev.filip.data.SampleSource;
import dev.filip.io.BadInput;

/**
 * What is judged on.
 *
 * @param split its name or path, for fingerprints and reports
 * @param limit at most so many samples, evenly spread over the source; 0 for all
 * @param quiet whether no progress is shown
 */
public record EvalData(SampleSource source, String split, int limit, boolean quiet) {
  public EvalData {
    BadInput.require(limit >= 0, "limit", limit, ">= 0 (0 = all)");
    BadInput.require(source.size() > 0, "source", source.describe(), "not empty");
  }

  /** All of a source. */
  public static EvalData all(SampleSource source) {
    return new EvalData(source, "", 0, false);
  }

  /**
   * The split's name without the place where it lies: that of a published data set, else the last
   * folder of a path, so that the same data has the same fingerprint everywhere.
   */
  String splitName() {
    Origin origin = source.origin();
    if (origin != null) {
      return origin.title();
    }
    String[] parts = split.split("[/\\\\]");
    for (int i = parts.length - 1; i > 0; i--) {
      if (!parts[i].contains(".tar") && !parts[i].isEmpty()) {
        return parts[i];
      }
    }
    return parts[0];
  }

  /** Samples used. */
  public int size() {
    return Math.toIntExact(limit == 0 ? source.size() : Math.min(limit, source.size()));
  }

  /** The source's index of used sample i. */
  public long index(int i) {
    return i * source.size() / size();
  }
}
