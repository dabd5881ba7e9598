package dev.filip.study;

import java.util.Locale;

/** How a row ended. */
enum Outcome {
  DONE,
  /** Ran to its end with a loss still near ln(batch), chance. */
  STUCK,
  /** Ended by a loss or gradient that is not finite. */
  DIVERGED,
  /** Anything else: a refused config, a missing file, no memory. */
  FAILED;

  /** In JSON and tables. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
