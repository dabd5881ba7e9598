package dev.filip.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Memory this process may still come to: its share of what the system has free and of the limit of
 * its control group, the smaller of both. Unknown where there is no {@code /proc}.
 *
 * @param bytes in all, with what the process holds already
 * @param limit what sets it: {@code MemAvailable} or {@code cgroup limit}, and who shares it
 */
record AvailableMemory(long bytes, String limit) {
  private static final List<String> LIMITS =
      List.of("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes");

  /**
   * Of this machine, or nothing where it cannot be told.
   *
   * @param sharers ranks on this machine, which get equal parts
   */
  static java.util.Optional<AvailableMemory> read(int sharers) {
    return read(Path.of("/"), sharers);
  }

  static java.util.Optional<AvailableMemory> read(Path root, int sharers) {
    OptionalLong free = kilobytes(root.resolve("proc/meminfo"), "MemAvailable:");
    OptionalLong held = kilobytes(root.resolve("proc/self/status"), "VmRSS:");
    if (free.isEmpty() || held.isEmpty()) {
      return java.util.Optional.empty();
    }
    long machine = free.getAsLong() / sharers + held.getAsLong();
    long group = group(root) / sharers;
    String ranks = sharers == 1 ? "" : " shared by " + sharers + " ranks";
    return java.util.Optional.of(
        group < machine
            ? new AvailableMemory(group, "cgroup limit" + ranks)
            : new AvailableMemory(machine, "MemAvailable" + ranks));
  }

  private static OptionalLong kilobytes(Path file, String key) {
    return lines(file).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst();
  }

  private static long group(Path root) {
    long least = Long.MAX_VALUE;
    for (String file : LIMITS) {
      for (String line : lines(root.resolve(file))) {
        if (line.matches("[0-9]{1,18}")) { // not "max"
          least = Math.min(least, Long.parseLong(line));
        }
      }
    }
    return least;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of(); // another system, or no such limit
    }
  }
}
