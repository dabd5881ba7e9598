package dev.filip.data.known;

import java.nio.file.Path;
import java.util.List;

/** EuroSAT in RGB: {@code eurosat/2750/CLASS/CLASS_1.jpg}. */
final class EuroSat extends Layout {
  private static final String INNER = "eurosat/2750";

  EuroSat() {
    super("eurosat");
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

  /** A folder of class folders of any name, if it is called {@code 2750}; else of these names. */
  private static boolean isIt(Path folder) {
    boolean named =
        folder.endsWith("2750")
            || ClassNames.table("eurosat").keySet().stream()
                .anyMatch(name -> folder.resolve(name).toFile().isDirectory());
    return named && ClassFolders.isAt(folder);
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, EuroSat::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path folder = Places.inner(name(), root, INNER, EuroSat::isIt, "CLASS/*.jpg");
    ClassFolders found = ClassFolders.of(name(), folder, INNER + "/");
    FileItems part = SeededSplit.of(found.items(), split);
    List<String> readable = ClassNames.readable(ClassNames.table(name()), found.classes());
    return new KnownSet(
        name(), split, readable, found.classes(), part, found.notes(), found.items().size());
  }
}
