package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Describable Textures: {@code dtd/dtd/images}, {@code labels/train1.txt} to {@code test10.txt}, in
 * the order of these lists.
 */
final class Dtd extends Layout {
  private static final String INNER = "dtd/dtd";
  private static final List<String> SPLITS =
      Stream.of("train%d", "val%d", "test%d").flatMap(form -> ten(form).stream()).toList();

  Dtd() {
    super("dtd");
  }

  @Override
  List<String> splits() {
    return SPLITS;
  }

  @Override
  String named() {
    return "train1 to train10, val1 to val10, test1 to test10";
  }

  /** Partition 1 is torchvision's default. */
  @Override
  String alias(Path root, String split) {
    return List.of("train", "val", "test").contains(split) ? split + "1" : split;
  }

  @Override
  String judged(Path root) {
    return "test1";
  }

  @Override
  String trained(Path root) {
    return "train1";
  }

  private static boolean isIt(Path folder) {
    return Files.exists(folder.resolve("labels/train1.txt"))
        || Files.exists(folder.resolve("labels/test1.txt"))
        || Files.isDirectory(folder.resolve("labels"))
            && Files.isDirectory(folder.resolve("images"));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, Dtd::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = Places.inner(name(), root, INNER, Dtd::isIt, "labels/" + split + ".txt");
    Path list = Places.file(name(), base.resolve("labels/" + split + ".txt"), base);
    Path images = Places.folder(name(), base.resolve("images"), base);
    List<String> paths = Places.lines(list);
    List<String> of = new ArrayList<>();
    for (String path : paths) {
      BadInput.require(path.indexOf('/') > 0, list + ": line", path, "CLASS/FILE");
      of.add(path.substring(0, path.indexOf('/')));
    }
    List<String> classes = of.stream().distinct().sorted().toList();
    FileItems items = new FileItems(images, INNER + "/images/");
    for (int i = 0; i < paths.size(); i++) {
      items.add(paths.get(i), classes.indexOf(of.get(i)));
    }
    return new KnownSet(name(), split, ClassNames.spaced(classes), classes, items);
  }
}
