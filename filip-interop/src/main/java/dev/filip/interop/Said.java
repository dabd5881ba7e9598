package dev.filip.interop;

import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What the user says must not contradict what the source says. */
final class Said {
  private Said() {}

  static <E extends Enum<E>> void agrees(Path source, String option, Optional<E> given, E stored) {
    given.ifPresent(value -> require(source, option, value == stored, word(value), word(stored)));
  }

  /** 0 is not given. */
  static void agrees(Path source, String option, int given, int stored) {
    require(source, option, given == 0 || given == stored, given, stored);
  }

  private static void require(
      Path source, String option, boolean agrees, Object given, Object stored) {
    if (!agrees) {
      throw new BadInput(option + " " + given + ": " + source + " itself says " + stored);
    }
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
