package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * Oxford Flowers 102: {@code flowers-102/jpg}, {@code imagelabels.mat}, {@code setid.mat}; labels
 * and images are numbered from 1, and the images of a split are in the order of its list.
 */
final class Flowers102 extends Layout {
  private static final String INNER = "flowers-102";

  Flowers102() {
    super("flowers102");
  }

  @Override
  List<String> splits() {
    return List.of("train", "val", "test");
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
    return Files.exists(folder.resolve("setid.mat"))
        || Files.exists(folder.resolve("imagelabels.mat"));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, Flowers102::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = Places.inner(name(), root, INNER, Flowers102::isIt, "setid.mat");
    Path jpg = Places.folder(name(), base.resolve("jpg"), base);
    Path labelsFile = Places.file(name(), base.resolve("imagelabels.mat"), base);
    int[] labels = MatFile.read(labelsFile).wholes("labels");
    SequencedMap<String, String> names = ClassNames.table(name());
    int[] ids =
        MatFile.read(Places.file(name(), base.resolve("setid.mat"), base))
            .wholes(
                switch (split) {
                  case "train" -> "trnid";
                  case "val" -> "valid";
                  default -> "tstid";
                });
    FileItems items = new FileItems(jpg, INNER + "/jpg/");
    for (int id : ids) {
      if (id < 1 || id > labels.length) {
        throw new BadInput(
            base.resolve("setid.mat")
                + ": image "
                + id
                + " has no label: imagelabels.mat has "
                + labels.length);
      }
      int label = labels[id - 1];
      BadInput.require(
          label >= 1 && label <= names.size(),
          labelsFile + ": label of image " + id,
          label,
          "1 to " + names.size());
      items.add(String.format(Locale.ROOT, "image_%05d.jpg", id), label - 1);
    }
    List<String> readable = List.copyOf(names.values());
    return new KnownSet(name(), split, readable, List.copyOf(names.keySet()), items);
  }
}
