package dev.filip.io;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a command's output folder looks like: only such a one is replaced, so that {@code --force}
 * never deletes what somebody else put there. Immutable.
 *
 * @param maker what writes it, as a user calls it
 * @param marks names of files of which one must be there, as globs of paths below the folder
 * @param names of files that may be there besides, as globs
 */
public record OwnFolder(String maker, List<String> marks, List<String> names) {
  public OwnFolder {
    marks = List.copyOf(marks);
    names = List.copyOf(names);
  }

  /** The same with more names that may be there. */
  public OwnFolder and(List<String> more) {
    return new OwnFolder(maker, marks, Stream.concat(names.stream(), more.stream()).toList());
  }

  /**
   * Refuses what may not be written: a file, the folder that the process runs in, what exists
   * already without {@code force}, and what is not of this kind whatever {@code force} says. An
   * empty folder is of every kind.
   *
   * @throws BadInput in one line
   */
  public void requireFree(Path out, boolean force) {
    if (!Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(out)) {
      throw new BadInput("output " + out + " is a file, not a folder: give another name");
    }
    if (holdsThisProcess(out)) {
      throw new BadInput(
          "output " + out + " is the folder that the command runs in: give another name");
    }
    String foreign = foreign(out);
    if (!foreign.isEmpty()) {
      throw new BadInput(
          "output "
              + out
              + " exists already and "
              + foreign
              + ": it is not replaced, even with --force; give another name");
    }
    Outputs.refuseExisting(out, force);
  }

  private static boolean holdsThisProcess(Path out) {
    try {
      return Path.of("").toRealPath().startsWith(out.toRealPath());
    } catch (IOException e) {
      return true; // better refused than lost
    }
  }

  /** What in the folder is not of this kind, or what it lacks; empty where it is. */
  private String foreign(Path folder) {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files =
          all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
              .map(folder::relativize)
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new BadInput("cannot look into output " + folder + ": " + Reasons.of(e), e);
    }
    for (Path file : files) {
      if (!matches(file, marks) && !matches(file, names)) {
        return "holds " + file + ", which " + maker + " does not write";
      }
    }
    return files.isEmpty() || files.stream().anyMatch(file -> matches(file, marks))
        ? ""
        : "holds no " + String.join(" and no ", marks) + ", which " + maker + " writes";
  }

  private static boolean matches(Path file, List<String> globs) {
    FileSystem system = file.getFileSystem();
    return globs.stream().anyMatch(glob -> system.getPathMatcher("glob:" + glob).matches(file));
  }
}
