package dev.filip.data.translate;

import java.util.Locale;

/** What became of one caption by way of one language. */
public enum Outcome {
  /** A further line of the image's texts. */
  WRITTEN,
  /** The caption again, but for case and punctuation. */
  UNCHANGED,
  /** Another text of the same image. */
  REPEATED,
  /** Nothing came back. */
  EMPTY,
  /** Caption or translation is longer than the request allows. */
  TOO_LONG,
  /** The engine refused this text. */
  FAILED;

  /** {@code too_long}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
