package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * FGVC Aircraft: {@code fgvc-aircraft-2013b/data}, in three levels; classes and images in the order
 * of their lists. A name begins after the first space of a line and may hold spaces and slashes.
 */
final class Aircraft extends Layout {
  private static final String INNER = "fgvc-aircraft-2013b/data";
  private static final Map<String, String> LEVELS =
      Map.of(
          "variant", "variants.txt",
          "family", "families.txt",
          "manufacturer", "manufacturers.txt");
  private static final List<String> PARTS = List.of("train", "val", "trainval", "test");
  private static final List<String> SPLITS =
      PARTS.stream()
          .flatMap(p -> Stream.of(p, p + "/variant", p + "/family", p + "/manufacturer"))
          .toList();

  Aircraft() {
    super("aircraft");
  }

  @Override
  List<String> splits() {
    return SPLITS;
  }

  @Override
  String named() {
    return "train, val, trainval, test, each with /variant (or nothing), /family or /manufacturer";
  }

  /** The variant is the level that is meant where none is named. */
  @Override
  String alias(Path root, String split) {
    return split.endsWith("/variant") ? split.substring(0, split.indexOf('/')) : split;
  }

  @Override
  String judged(Path root) {
    return "test";
  }

  @Override
  String trained(Path root) {
    return "train";
  }

  private static boolean isIt(Path folder) {
    return LEVELS.values().stream().anyMatch(file -> Files.exists(folder.resolve(file)));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, Aircraft::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = Places.inner(name(), root, INNER, Aircraft::isIt, "variants.txt");
    String[] parts = split.split("/");
    String level = parts.length == 1 ? "variant" : parts[1];
    Path names = Places.file(name(), base.resolve(LEVELS.getOrDefault(level, level)), base);
    String file = "images_" + level + "_" + parts[0] + ".txt";
    Path list = Places.file(name(), base.resolve(file), base);
    Path images = Places.folder(name(), base.resolve("images"), base);
    List<String> classes = Places.lines(names);
    FileItems items = new FileItems(images, INNER + "/images/");
    for (String line : Places.lines(list)) {
      int space = line.indexOf(' ');
      int label = space < 0 ? -1 : classes.indexOf(line.substring(space + 1));
      if (label < 0) {
        throw new BadInput(list + ": no class of " + names.getFileName() + " in the line " + line);
      }
      items.add(line.substring(0, space) + ".jpg", label);
    }
    return new KnownSet(name(), split, classes, classes, items);
  }
}
