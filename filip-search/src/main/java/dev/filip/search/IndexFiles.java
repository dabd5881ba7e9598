package dev.filip.search;

import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import dev.filip.io.OwnFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The folder of an index: making it, its size, what is damaged in it. Stateless. */
public final class IndexFiles {
  static final String LOCK = "write.lock";

  /** What an index's folder looks like. */
  public static final OwnFolder OWN =
      new OwnFolder(
          "filip index create",
          List.of(IndexAbout.FILE),
          List.of(
              "manifest-[0-9]*.json",
              LOCK,
              Calibration.FILE,
              "." + Calibration.FILE + "*",
              "segment-[0-9]*",
              "segment-[0-9]*/**",
              ".segment-[0-9]*",
              ".segment-[0-9]*/**",
              ".manifest-[0-9]*"));

  private IndexFiles() {}

  /**
   * Makes an empty index.
   *
   * @param force replaces one that is there
   * @throws BadInput where the folder exists and may not be replaced
   */
  public static void create(Path index, IndexAbout about, boolean force) throws IOException {
    OWN.requireFree(index, force);
    Outputs.folder(
        index,
        folder -> {
          Files.write(folder.resolve(IndexAbout.FILE), SealedJson.bytes(about.toJson()));
          Manifest first = Manifest.empty();
          Files.write(first.file(folder), SealedJson.bytes(first.toJson()));
        });
  }

  /** Bytes of all files. */
  static long bytes(Path index) throws IOException {
    long bytes = 0;
    for (Path file : files(index)) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /**
   * Reads all of an index against its sums.
   *
   * @param files that were read
   * @param damage one line each, with the file's name
   */
  public record Verified(int files, long bytes, List<String> damage) {}

  /** What is damaged; whatever else is wrong does not end the reading. */
  public static Verified verify(Path index) throws IOException {
    Set<Path> read = new HashSet<>();
    List<String> damage = new ArrayList<>();
    damage(damage, () -> IndexAbout.read(index));
    read.add(index.resolve(IndexAbout.FILE));
    List<Manifest> manifest = new ArrayList<>();
    damage(damage, () -> manifest.add(Manifest.read(index)));
    for (Manifest state : manifest) {
      read.add(state.file(index));
      for (Manifest.Entry entry : state.segments()) {
        damage(damage, () -> entry.deadItems(index));
        if (!entry.deadFile().isEmpty()) {
          read.add(index.resolve(entry.deadFile()));
        }
        SegmentCheck.verify(index.resolve(entry.name()), read, damage);
      }
    }
    Path calibration = index.resolve(Calibration.FILE);
    if (Files.exists(calibration)) {
      read.add(calibration);
      damage(damage, () -> Calibration.read(index, IndexAbout.read(index)));
    }
    long bytes = 0;
    for (Path file : read) {
      bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
    }
    return new Verified(read.size(), bytes, damage);
  }

  /** What may find damage. */
  interface Check {
    void run() throws IOException;
  }

  static void damage(List<String> damage, Check check) {
    try {
      check.run();
    } catch (BadInput e) {
      damage.add(String.valueOf(e.getMessage()));
    } catch (java.nio.file.NoSuchFileException e) {
      damage.add(e.getFile() + " is missing");
    } catch (IOException e) {
      damage.add("cannot read: " + dev.filip.io.Reasons.of(e));
    }
  }
}
