package dev.filip.pickle;

/** Python's {@code None}. */
enum PickleNone {
  NONE
}
