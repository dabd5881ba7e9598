package dev.filip.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's resident memory, where the system tells it (Linux). */
final class ResidentMemory {
  private static final Path STATM = Path.of("/proc/self/statm");
  private static final double PAGE_MEGABYTES = 4096 / 1e6;

  private ResidentMemory() {}

  static boolean isKnown() {
    return Files.isReadable(STATM);
  }

  /** Java's heap after a collection is part of it; call twice and compare. */
  static double megabytes() {
    System.gc();
    try {
      return Long.parseLong(Files.readString(STATM).split(" ")[1]) * PAGE_MEGABYTES;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
