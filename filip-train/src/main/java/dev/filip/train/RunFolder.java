package dev.filip.train;

import dev.filip.io.BadInput;
import dev.filip.io.Leftovers;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run writes: {@code model/} and {@code best/} (model folders), {@code config.yaml}, {@code
 * metrics.jsonl}, {@code events/} (TensorBoard), {@code checkpoints/step-NNNNNN/}, {@code lock},
 * and {@code ended.json} once it ended: how, and why; {@code profile.txt} and {@code profile.json}
 * where steps were profiled.
 */
public record RunFolder(Path root) {
  private static final String CONFIG = "config.yaml";
  private static final String ENDED = "ended.json";

  /** The final model. */
  public Path model() {
    return root.resolve("model");
  }

  /** The model of the best evaluation. */
  public Path best() {
    return root.resolve("best");
  }

  /** The canonical config. */
  public Path config() {
    return root.resolve(CONFIG);
  }

  /** One object a logged step. */
  public Path metrics() {
    return root.resolve("metrics.jsonl");
  }

  /** Where the time of some steps went, a table. */
  public Path profile() {
    return root.resolve("profile.txt");
  }

  /** The same as a Chrome trace. */
  public Path profileTrace() {
    return root.resolve("profile.json");
  }

  /** How the run ended; not there while it goes on, or where it was killed. */
  public Path ended() {
    return root.resolve(ENDED);
  }

  /** TensorBoard's event files. */
  public Path events() {
    return root.resolve("events");
  }

  /** States to resume from. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /**
   * Whether a run wrote here before; a folder that only holds a lock, or nothing, is as good as
   * none.
   */
  public boolean used() {
    return holdsMoreThan(Set.of(RunLock.NAME));
  }

  /** Whether what is there must not be lost: more than a run leaves that ended before its start. */
  public boolean worthKeeping() {
    return holdsMoreThan(isOwn() ? Set.of(RunLock.NAME, CONFIG, ENDED) : Set.of());
  }

  /** What is in the way of a new run, and what to do. */
  String inTheWay() {
    return isOwn()
        ? " holds a run already: give --resume to go on, --force to replace it, or another name"
        : " holds files that are not of a run: give another name, or --force to put a run beside"
            + " them";
  }

  /** Refuses a file where a run's folder shall be. */
  void requireFolder() {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new BadInput("output " + root + " is a file, not a folder: give another name");
    }
  }

  /** Whether a run of ours began here. */
  private boolean isOwn() {
    return Files.exists(root.resolve(RunLock.NAME));
  }

  /**
   * Refuses a folder whose files a run would take the place of although no run of ours made them.
   *
   * @throws BadInput in one line
   */
  void requireOwn() {
    if (isOwn()) {
      return;
    }
    for (Path part : parts()) {
      if (Files.exists(part)) {
        throw new BadInput(
            "output folder "
                + root
                + " holds "
                + root.relativize(part)
                + ", but no run of ours wrote it (there is no file "
                + RunLock.NAME
                + "): it is not replaced, even with --force; give another name");
      }
    }
  }

  private boolean holdsMoreThan(Set<String> names) {
    if (!Files.isDirectory(root)) {
      return Files.exists(root);
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries.anyMatch(entry -> !names.contains(entry.getFileName().toString()));
    } catch (IOException e) {
      throw new BadInput("cannot read output folder " + root + ": " + TrainingStopped.reason(e), e);
    }
  }

  /** Removes what an earlier run wrote; other files stay. */
  void clear() throws IOException {
    parts().forEach(Outputs::delete);
  }

  /** All that a run writes besides its lock. */
  private List<Path> parts() {
    return List.of(
        model(),
        best(),
        events(),
        checkpoints(),
        ended(),
        config(),
        metrics(),
        profile(),
        profileTrace());
  }

  /**
   * Removes what killed runs left unfinished, and puts back what one was just replacing; the run's
   * lock is held.
   *
   * @return what they were
   */
  List<Path> clearLeftovers() throws IOException {
    Set<String> ours = new HashSet<>();
    for (Path part : parts()) {
      ours.add(part.getFileName().toString());
    }
    List<Path> all = new ArrayList<>(Leftovers.clear(root, ours::contains));
    all.addAll(Leftovers.clear(checkpoints(), Checkpoints::isName));
    return all;
  }

  /**
   * One run at a time on a folder: an operating-system lock on {@code OUT/lock}, gone with the
   * process however it ends.
   */
  static final class RunLock implements AutoCloseable {
    /** The file in a run's folder; it stays there. */
    static final String NAME = "lock";

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
      this.channel = channel;
    }

    /** Takes the lock; a folder in use or not writable is {@link BadInput}. */
    static RunLock take(Path folder) {
      Path file = folder.resolve(NAME);
      try {
        Files.createDirectories(folder);
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
          channel.close();
          throw new BadInput(
              "output folder "
                  + folder
                  + " is in use by another run: wait for it, or give another");
        }
        return new RunLock(channel);
      } catch (IOException e) {
        throw new BadInput(
            "output folder " + folder + " must be writable, got: " + TrainingStopped.reason(e), e);
      }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
      try {
        return channel.tryLock();
      } catch (OverlappingFileLockException e) { // a run in this very process
        return null;
      }
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // closing gives the lock back whether or not it reports an error
      }
    }
  }
}
