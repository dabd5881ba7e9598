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
 * and {@code ended.json} once it ended: how, and why.
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
    boolean ours = Files.exists(root.resolve(RunLock.NAME));
    return holdsMoreThan(ours ? Set.of(RunLock.NAME, CONFIG, ENDED) : Set.of());
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
    for (Path part : new Path[] {model(), best(), events(), checkpoints()}) {
      Outputs.delete(part);
    }
    Files.deleteIfExists(ended());
    Files.deleteIfExists(config());
    Files.deleteIfExists(metrics());
  }

  /**
   * Removes what killed runs left unfinished, and puts back what one was just replacing; the run's
   * lock is held.
   *
   * @return what they were
   */
  List<Path> clearLeftovers() throws IOException {
    Set<String> ours = new HashSet<>();
    for (Path part : new Path[] {model(), best(), config(), metrics(), ended()}) {
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
