package dev.filip.data.known;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Caltech 101: {@code caltech101/101_ObjectCategories/CLASS/image_0001.jpg}. {@code
 * BACKGROUND_Google} is no class.
 */
final class Caltech101 extends Layout {
  private static final String FOLDER = "101_ObjectCategories";
  private static final String INNER = "caltech101/" + FOLDER;
  private static final String BACKGROUND = "BACKGROUND_Google";

  Caltech101() {
    super("caltech101");
  }

  @Override
  List<String> splits() {
    return SeededSplit.NAMES;
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
    return folder.endsWith(FOLDER) || Files.isDirectory(folder.resolve(BACKGROUND));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, Caltech101::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path folder = Places.inner(name(), root, INNER, Caltech101::isIt, "CLASS/image_0001.jpg");
    List<String> classes =
        Places.names(folder, Files::isDirectory).stream()
            .filter(name -> !name.equals(BACKGROUND))
            .toList();
    FileItems all = new FileItems(folder, INNER + "/");
    List<String> empty = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      int before = all.size();
      String name = classes.get(label);
      for (String image : Places.names(folder.resolve(name), p -> isImage(p))) {
        all.add(name + "/" + image, label);
      }
      if (all.size() == before) {
        empty.add(name);
      }
    }
    if (all.size() == 0) {
      throw Places.missing(name(), "CLASS/image_0001.jpg", folder);
    }
    FileItems part = SeededSplit.of(all, split);
    List<String> readable = ClassNames.readable(ClassNames.table(name()), classes);
    return new KnownSet(
        name(), split, readable, classes, part, ClassFolders.notes(empty), all.size());
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith("image_") && ClassFolders.isImage(name);
  }
}
