package dev.filip.study;

/** What a row's process does. */
public enum Part {
  /** Trains to the end and is judged. */
  ACCURACY,
  /** Takes a few steps to time them: needs a machine without other work. */
  TIMING
}
