package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * ImageNet 2012: a folder for each WNID, or the validation images side by side with the devkit's
 * ground truth. The index of a class is the rank of its WNID, not its ILSVRC2012_ID.
 */
final class ImageNet extends Layout {
  private static final String DEVKIT = "ILSVRC2012_devkit_t12/data";
  private static final String TRUTH = "ILSVRC2012_validation_ground_truth.txt";

  ImageNet() {
    super("imagenet");
  }

  @Override
  List<String> splits() {
    return List.of("train", "val");
  }

  @Override
  String judged(Path root) {
    return "val";
  }

  @Override
  String trained(Path root) {
    return "train";
  }

  @Override
  boolean isAt(Path root) {
    return splits().stream().map(root::resolve).anyMatch(p -> Files.isDirectory(p) && hasImages(p));
  }

  private static boolean hasImages(Path folder) {
    return ClassFolders.isAt(folder) || isFlat(folder);
  }

  private static boolean isFlat(Path folder) {
    return Places.names(folder, p -> true).stream().anyMatch(ImageNet::isValidation);
  }

  private static boolean isValidation(String name) {
    return name.startsWith("ILSVRC2012_val_") && ClassFolders.isImage(name);
  }

  /** The folder of a split may be given itself. */
  @Override
  KnownSet open(Path root, String split) {
    Path base = root;
    boolean inside = root.endsWith(split) && !Files.isDirectory(root.resolve(split));
    if (inside && root.toAbsolutePath().getParent() instanceof Path above) {
      base = above;
    }
    Path folder = Places.folder(name(), base.resolve(split), base);
    if (split.equals("val") && isFlat(folder)) {
      return flat(base, folder);
    }
    ClassFolders found = ClassFolders.of(name(), folder, split + "/");
    Map<String, String> names = names(base);
    List<String> readable = ClassNames.readable(names, found.classes());
    return new KnownSet(name(), split, readable, found.classes(), found.items())
        .leaving(found.notes());
  }

  /** CLIP's, and the devkit's first word for WNIDs that CLIP has not. */
  private static Map<String, String> names(Path base) {
    Map<String, String> names = new HashMap<>();
    devkit(base, "meta.mat")
        .map(folder -> folder.resolve("meta.mat"))
        .ifPresent(meta -> synsets(meta).forEach(s -> names.put(s.wnid(), s.word())));
    names.putAll(ClassNames.table("imagenet"));
    return names;
  }

  /** The folder of the devkit that has a file. */
  private static Optional<Path> devkit(Path base, String file) {
    return Stream.of(DEVKIT, "devkit/data", "data", "")
        .map(base::resolve)
        .filter(folder -> Files.isRegularFile(folder.resolve(file)))
        .findFirst();
  }

  private KnownSet flat(Path base, Path folder) {
    Path devkit =
        devkit(base, TRUTH).orElseThrow(() -> Places.missing(name(), DEVKIT + "/" + TRUTH, base));
    List<Synset> synsets = synsets(Places.file(name(), devkit.resolve("meta.mat"), base));
    List<String> wnids = synsets.stream().map(Synset::wnid).sorted().toList();
    Map<Integer, Integer> labels = new HashMap<>();
    synsets.forEach(s -> labels.put(s.id(), wnids.indexOf(s.wnid())));
    Path truth = devkit.resolve(TRUTH);
    List<String> ids = Places.lines(truth);
    FileItems items = new FileItems(folder, "val/");
    for (String image : Places.names(folder, p -> isValidation(p.getFileName().toString()))) {
      items.add(image, label(truth, ids, labels, image));
    }
    List<String> readable = ClassNames.readable(names(base), wnids);
    return new KnownSet(name(), "val", readable, wnids, items);
  }

  /** The image's number, from 1, is a line of the ground truth. */
  private static int label(
      Path truth, List<String> ids, Map<Integer, Integer> labels, String image) {
    String digits = image.substring("ILSVRC2012_val_".length(), image.lastIndexOf('.'));
    int number = digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : 0;
    if (number < 1 || number > ids.size()) {
      throw new BadInput(
          truth + ": has " + ids.size() + " lines, none for " + image + ": a line an image");
    }
    String id = ids.get(number - 1);
    Integer label = id.matches("\\d{1,9}") ? labels.get(Integer.parseInt(id)) : null;
    if (label == null) {
      throw new BadInput(
          truth + ": line " + number + " must be an ILSVRC2012_ID of meta.mat, got " + id);
    }
    return label;
  }

  /**
   * A class of the devkit.
   *
   * @param word the first of its words
   */
  private record Synset(int id, String wnid, String word) {}

  /** Those without children: the others are inner nodes of WordNet. */
  private static List<Synset> synsets(Path meta) {
    MatFile.Structs all = MatFile.read(meta).structs("synsets");
    return IntStream.range(0, all.size())
        .filter(i -> all.whole("num_children", i) == 0)
        .mapToObj(i ->
            new Synset(
                all.whole("ILSVRC2012_ID", i),
                all.text("WNID", i),
                all.text("words", i).split(", ", 2)[0]))
        .sorted(Comparator.comparing(Synset::wnid))
        .toList();
  }
}
