package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Stanford Cars: {@code stanford_cars/cars_train}, {@code cars_test}, {@code devkit}; struct arrays
 * of file names and classes from 1. The test labels lie beside the devkit or in it.
 */
final class StanfordCars extends Layout {
  private static final String INNER = "stanford_cars";
  private static final String TEST = "cars_test_annos_withlabels.mat";

  StanfordCars() {
    super("cars");
  }

  @Override
  List<String> splits() {
    return List.of("train", "test");
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
    return Files.isDirectory(folder.resolve("devkit"))
        && (Files.exists(folder.resolve("devkit/cars_meta.mat"))
            || Files.exists(folder.resolve("cars_train"))
            || Files.exists(folder.resolve("cars_test")));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, StanfordCars::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = Places.inner(name(), root, INNER, StanfordCars::isIt, "devkit");
    Path devkit = base.resolve("devkit");
    Path list =
        split.equals("train")
            ? devkit.resolve("cars_train_annos.mat")
            : Places.first(base.resolve(TEST), devkit.resolve(TEST)).orElse(base.resolve(TEST));
    Places.file(name(), list, base);
    Path images = Places.folder(name(), base.resolve("cars_" + split), base);
    Path meta = Places.file(name(), devkit.resolve("cars_meta.mat"), base);
    List<String> classes = MatFile.read(meta).texts("class_names");
    MatFile.Structs all = MatFile.read(list).structs("annotations");
    FileItems items = new FileItems(images, INNER + "/cars_" + split + "/");
    for (int i = 0; i < all.size(); i++) {
      int label = all.whole("class", i);
      BadInput.require(
          label >= 1 && label <= classes.size(),
          list + ": class of element " + (i + 1),
          label,
          "1 to " + classes.size());
      items.add(all.text("fname", i), label - 1);
    }
    return new KnownSet(name(), split, classes, classes, items);
  }
}
