package dev.filip.search;

import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * A segment that was made outside its index, on another machine perhaps, for {@link
 * IndexEditor#adopt}. Stateless.
 */
public final class LooseSegment {
  private LooseSegment() {}

  /** Takes items, each with an id of its own; their rows go to disk as they come. */
  public interface Sink {
    void put(Item item) throws IOException;
  }

  /** Hands items over. */
  public interface Filler {
    void fill(Sink sink) throws IOException;
  }

  /**
   * Writes one for an index of some kind; the folder appears whole, and only where there was an
   * item.
   *
   * @return items
   */
  public static int write(Path folder, IndexAbout about, Filler filler) throws IOException {
    int[] items = new int[1];
    Outputs.folder(
        folder,
        fresh -> {
          try (SegmentWriter writer = new SegmentWriter(fresh, about)) {
            filler.fill(item -> {
              writer.append(item);
              items[0]++;
            });
            if (items[0] > 0) {
              writer.finish();
            }
          }
        });
    if (items[0] == 0) {
      Outputs.delete(folder);
    }
    return items[0];
  }

  /**
   * Opens one that is whole byte by byte.
   *
   * @throws BadInput where it is damaged, or of another encoder
   */
  static Segment open(Path folder, IndexAbout about) throws IOException {
    List<String> damage = new ArrayList<>();
    SegmentCheck.verify(folder, new HashSet<>(), damage);
    if (!damage.isEmpty()) {
      throw new BadInput(damage.getFirst());
    }
    int pool =
        SealedJson.read(folder.resolve(SegmentWriter.HEADER), SegmentWriter.FORMAT)
            .path(SegmentWriter.POOL)
            .asInt();
    BadInput.require(
        pool == about.pool(), "pool of " + folder, pool, about.pool() + ", as the index has");
    Path there = folder.toAbsolutePath().normalize();
    return Segment.open(
        java.util.Objects.requireNonNull(there.getParent()), there.getFileName() + "", about);
  }

  /** Copies it into a folder that is there. */
  static void copy(Path from, Path to) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(from)) {
      all = walk.filter(path -> !path.equals(from)).toList();
    }
    for (Path path : all) {
      Path copy = to.resolve(from.relativize(path).toString());
      if (Files.isDirectory(path)) {
        Files.createDirectory(copy);
      } else {
        Files.copy(path, copy);
      }
    }
  }
}
