package dev.filip.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What processes that were killed in the middle of {@link Outputs} left beside their outputs:
 * {@code .NAME.tmp-PID-TIME}, unfinished, and {@code .NAME.old-PID-TIME}, an older output that was
 * being replaced. Stateless.
 */
public final class Leftovers {
  static final String UNFINISHED = "tmp";
  static final String REPLACED = "old";

  /** The older output within its folder. */
  static final String IT = "it";

  private static final Pattern NAME =
      Pattern.compile("\\.(.+)\\.(tmp|old)-([0-9a-f]{1,15})-([0-9a-f]{1,16})");

  /** Before any output of this process. */
  private static final long LOADED = System.nanoTime();

  /** The system tells a process's start to the second only. */
  private static final Duration ROUNDING = Duration.ofSeconds(2);

  private Leftovers() {}

  /**
   * A free name beside {@code out}; unlike a temporary file's it has the user's own permissions.
   */
  static Path beside(Path out, String kind) {
    String unique =
        Long.toHexString(ProcessHandle.current().pid()) + "-" + Long.toHexString(System.nanoTime());
    Path name = out.toAbsolutePath().normalize().getFileName();
    return Outputs.parent(out).resolve("." + name + "." + kind + "-" + unique);
  }

  /**
   * Removes them from a folder; where a kill came between the two renames of a replacement, the
   * older output is put back. What a process of this machine may still be writing is left alone.
   * Other machines' processes are not seen: whoever asks holds the lock that all writers of {@code
   * ours} take.
   *
   * @param ours names of outputs whose leftovers are meant
   * @return what was removed or put back, sorted; empty where there is no such folder
   */
  public static List<Path> clear(Path folder, Predicate<String> ours) throws IOException {
    List<Path> done = new ArrayList<>();
    for (Path entry : entries(folder)) {
      Matcher name = NAME.matcher(entry.getFileName().toString());
      if (name.matches() && ours.test(name.group(1)) && !inWork(entry, name)) {
        if (name.group(2).equals(REPLACED)) {
          putBack(entry, folder.resolve(name.group(1)));
        }
        Outputs.delete(entry);
        done.add(entry);
      }
    }
    return done;
  }

  private static List<Path> entries(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  private static void putBack(Path old, Path out) throws IOException {
    if (Files.exists(old.resolve(IT)) && !Files.exists(out)) {
      Files.move(old.resolve(IT), out, StandardCopyOption.ATOMIC_MOVE);
      Outputs.syncFolder(out);
    }
  }

  /** Numbers of processes come again, in a container always the same: their start decides. */
  private static boolean inWork(Path entry, Matcher name) throws IOException {
    long pid = Long.parseLong(name.group(3), 16);
    if (pid == ProcessHandle.current().pid()) {
      long made = Long.parseUnsignedLong(name.group(4), 16);
      return made - LOADED >= 0 && made - System.nanoTime() <= 0;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (process.isEmpty()) {
      return false;
    }
    Optional<Instant> start = process.get().info().startInstant();
    return start.isEmpty() || !start.get().minus(ROUNDING).isAfter(written(entry));
  }

  /** Now, where its writer has just renamed it. */
  private static Instant written(Path entry) throws IOException {
    try {
      return Files.getLastModifiedTime(entry).toInstant();
    } catch (NoSuchFileException done) {
      return Instant.now();
    }
  }
}
