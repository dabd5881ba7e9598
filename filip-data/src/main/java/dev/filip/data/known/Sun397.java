package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * SUN397: {@code SUN397/ClassName.txt}, {@code SUN397/a/abbey/sun_*.jpg}. Class names are paths,
 * some of them two deep. {@code all} is in plain order of the paths (torchvision's is the file
 * system's); the partitions are in the order of their lists.
 */
final class Sun397 extends Layout {
  private static final String INNER = "SUN397";
  private static final List<String> SPLITS =
      Stream.of(List.of("all"), ten("Training_%02d"), ten("Testing_%02d"))
          .flatMap(List::stream)
          .toList();

  Sun397() {
    super("sun397");
  }

  @Override
  List<String> splits() {
    return SPLITS;
  }

  @Override
  String named() {
    return "all, Training_01 to Training_10, Testing_01 to Testing_10";
  }

  @Override
  String judged(Path root) {
    return "Testing_01";
  }

  @Override
  String trained(Path root) {
    return "Training_01";
  }

  private static boolean isIt(Path folder) {
    return Files.exists(folder.resolve("ClassName.txt"));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, Sun397::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = Places.inner(name(), root, INNER, Sun397::isIt, "ClassName.txt");
    List<String> classes = new ArrayList<>();
    Map<String, Integer> labels = new HashMap<>();
    for (String line : Places.lines(base.resolve("ClassName.txt"))) { // /a/abbey
      BadInput.require(
          line.length() > 3, base.resolve("ClassName.txt") + ": line", line, "/LETTER/CLASS");
      labels.put(line.substring(3), classes.size());
      classes.add(line.substring(3));
    }
    FileItems items = new FileItems(base, INNER + "/");
    List<String> paths = split.equals("all") ? images(base) : partition(root, base, split);
    for (String path : paths) {
      items.add(path, label(base, labels, path));
    }
    return new KnownSet(name(), split, ClassNames.spaced(classes), classes, items);
  }

  private static int label(Path base, Map<String, Integer> labels, String path) {
    int from = path.indexOf('/') + 1;
    int to = path.lastIndexOf('/');
    Integer label = to <= from ? null : labels.get(path.substring(from, to));
    if (label == null) {
      throw new BadInput(base.resolve(path) + ": is in no class of ClassName.txt");
    }
    return label;
  }

  private static List<String> images(Path base) {
    try (Stream<Path> all = Files.walk(base, FileVisitOption.FOLLOW_LINKS)) {
      return all.filter(p ->
              p.getFileName().toString().startsWith("sun_")
                  && p.getFileName().toString().endsWith(".jpg"))
          .map(p -> Places.slashed(base.relativize(p)))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw Places.unreadable(base, e.getCause());
    } catch (IOException e) {
      throw Places.unreadable(base, e);
    }
  }

  private List<String> partition(Path root, Path base, String split) {
    String file = split + ".txt";
    Optional<Path> list =
        Places.first(
            base.resolve(file),
            root.resolve(file),
            base.resolve("Partitions").resolve(file),
            root.resolve("Partitions").resolve(file),
            base.resolveSibling("Partitions").resolve(file),
            base.resolveSibling(file));
    Path found =
        list.orElseThrow(
            () -> Places.missing(name(), file + " (or Partitions/" + file + ")", base));
    return Places.lines(found).stream().map(line -> line.replaceFirst("^/", "")).toList();
  }
}
