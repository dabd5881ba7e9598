package dev.filip.data.known;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what a layout looks for, and says so where it is not there. Stateless. */
final class Places {
  private Places() {}

  /**
   * The folder that torchvision reads below its root: {@code root/a/b}, or where a shorter part of
   * that path begins at {@code root} ({@code root/b}, {@code root} itself).
   *
   * @param inner {@code a/b}
   * @param is whether it is the right one
   */
  static Optional<Path> find(Path root, String inner, Predicate<Path> is) {
    Path path = Path.of(inner);
    List<Path> places = new ArrayList<>();
    for (int i = 0; i < path.getNameCount(); i++) {
      places.add(root.resolve(path.subpath(i, path.getNameCount())));
    }
    places.add(root);
    return places.stream().filter(Files::isDirectory).filter(is).findFirst();
  }

  /** The same; {@link BadInput} tells what a folder must have to be it. */
  static Path inner(String dataset, Path root, String inner, Predicate<Path> is, String marks) {
    return find(root, inner, is).orElseThrow(() -> missing(dataset, inner + "/" + marks, root));
  }

  /** The first of these files or folders that is there. */
  static Optional<Path> first(Path... places) {
    return Stream.of(places).filter(Files::exists).findFirst();
  }

  /** One line: what was looked for, and below which folder. */
  static BadInput missing(String dataset, String what, Path root) {
    String found =
        Files.isDirectory(root)
            ? below(root).map(names -> ", which holds " + names).orElse(", which is empty")
            : Files.exists(root) ? ", which is no folder" : ", which does not exist";
    return new BadInput(dataset + ": looked for " + what + " below " + root + found);
  }

  private static Optional<String> below(Path root) {
    List<String> names = names(root, p -> true);
    String some = String.join(", ", names.stream().limit(5).toList());
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(some + (names.size() > 5 ? " and " + (names.size() - 5) + " more" : ""));
  }

  /** A file that must be there. */
  static Path file(String dataset, Path file, Path root) {
    if (!Files.isRegularFile(file)) {
      throw missing(dataset, relative(root, file), root);
    }
    return file;
  }

  /** A folder that must be there. */
  static Path folder(String dataset, Path folder, Path root) {
    if (!Files.isDirectory(folder)) {
      throw missing(dataset, relative(root, folder) + "/", root);
    }
    return folder;
  }

  private static String relative(Path root, Path place) {
    return place.startsWith(root) ? slashed(root.relativize(place)) : place.toString();
  }

  /** A path with {@code /} on every system. */
  static String slashed(Path path) {
    return path.toString().replace(path.getFileSystem().getSeparator(), "/");
  }

  /** Names of what lies in a folder and passes, in plain order; hidden things left out. */
  static List<String> names(Path folder, Predicate<Path> keep) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(keep)
          .map(p -> p.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  /** Lines of a text file without their ends and a byte-order mark; blank ones left out. */
  static List<String> lines(Path file) {
    try (Stream<String> lines = Files.lines(file, charset(file))) {
      return lines
          .map(line -> line.startsWith("\uFEFF") ? line.substring(1) : line)
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      throw unreadable(
          file, e instanceof IOException io ? io : ((java.io.UncheckedIOException) e).getCause());
    }
  }

  /** UTF-8, or ISO-8859-1 where a file is not. */
  private static java.nio.charset.Charset charset(Path file) throws IOException {
    try {
      Files.readString(file);
      return StandardCharsets.UTF_8;
    } catch (MalformedInputException e) {
      return StandardCharsets.ISO_8859_1;
    }
  }

  /** One line of why a file was not read. */
  static BadInput unreadable(Path file, @Nullable IOException e) {
    String why = e == null ? "cannot be read" : Reasons.of(e);
    return new BadInput("cannot read " + file + ": " + why, e == null ? new IOException() : e);
  }
}
