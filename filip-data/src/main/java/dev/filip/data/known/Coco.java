package dev.filip.data.known;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * MSCOCO's captions: {@code annotations/captions_val2014.json} with images in {@code val2014/}, and
 * Karpathy's split in {@code dataset_coco.json} (or CLIP_benchmark's {@code
 * coco_test_karpathy.json}). Boxes are those of {@code annotations/instances_val2014.json}, where
 * it is there.
 */
final class Coco extends Layout {
  private static final String KARPATHY = "dataset_coco.json";
  private static final String PREFIX = "karpathy_";
  private static final List<String> IMAGES = List.of("val2014", "train2014");

  Coco() {
    super("coco");
  }

  @Override
  List<String> splits() {
    return List.of(
        "val2014",
        "train2014",
        "karpathy_test",
        "karpathy_train",
        "karpathy_val",
        "karpathy_restval");
  }

  /** {@code train} and {@code val}: COCO's own, or Karpathy's where there is only his file. */
  @Override
  String alias(Path root, String split) {
    return switch (split) {
      case "train", "val" -> {
        boolean own = Files.exists(base(root).resolve(annotations(split + "2014")));
        yield own || karpathy(base(root), split).isEmpty() ? split + "2014" : PREFIX + split;
      }
      default -> split;
    };
  }

  private static String annotations(String split) {
    return "annotations/captions_" + split + ".json";
  }

  @Override
  String judged(Path root) {
    return karpathy(base(root), "test").isPresent() ? "karpathy_test" : "val2014";
  }

  @Override
  String trained(Path root) {
    return alias(root, "train");
  }

  /** torchvision's root is a folder of images; what belongs to it lies above. */
  private static Path base(Path root) {
    boolean images = IMAGES.stream().anyMatch(root::endsWith);
    Path above = root.toAbsolutePath().getParent();
    return images && above != null && !Files.exists(root.resolve("annotations")) ? above : root;
  }

  private static Optional<Path> karpathy(Path base, String split) {
    String benchmark = "coco_" + split + "_karpathy.json";
    return Places.first(
        base.resolve(KARPATHY),
        base.resolve("annotations/" + KARPATHY),
        base.resolve(benchmark),
        base.resolve("annotations/" + benchmark));
  }

  @Override
  boolean isAt(Path root) {
    Path base = base(root);
    return IMAGES.stream().anyMatch(split -> Files.exists(base.resolve(annotations(split))))
        || List.of("test", "train", "val").stream().anyMatch(s -> karpathy(base, s).isPresent());
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = base(root);
    boolean karpathy = split.startsWith(PREFIX);
    Items items =
        karpathy ? karpathySplit(base, split.substring(PREFIX.length())) : plain(base, split);
    String images = karpathy ? (split.endsWith("train") ? "train2014" : "val2014") : split;
    Path boxes = base.resolve("annotations/instances_" + images + ".json");
    return new KnownSet(name(), split, items).boxedBy(Files.exists(boxes) ? boxes : null);
  }

  private Items plain(Path base, String split) {
    Path file = Places.file(name(), base.resolve(annotations(split)), base);
    String folder = folder(base, split);
    FileItems items = new FileItems(base, "");
    CaptionFiles.coco(file).forEach((image, texts) -> items.add(folder + "/" + image, texts));
    return items;
  }

  private Items karpathySplit(Path base, String split) {
    Path file =
        karpathy(base, split)
            .orElseThrow(() ->
                Places.missing(name(), KARPATHY + " (or annotations/" + KARPATHY + ")", base));
    SequencedMap<String, List<String>> all =
        file.endsWith(KARPATHY)
            ? CaptionFiles.karpathy(file, split::equals)
            : CaptionFiles.coco(file);
    FileItems items = new FileItems(base, "");
    String val = null;
    String train = null;
    for (var entry : all.entrySet()) {
      String path = entry.getKey();
      int slash = path.indexOf('/');
      String name = path.substring(slash + 1);
      if (path.startsWith("train2014/") || name.startsWith("COCO_train2014_")) {
        train = train == null ? folder(base, "train2014") : train;
        items.add(train + "/" + name, entry.getValue());
      } else {
        val = val == null ? folder(base, "val2014") : val;
        items.add(val + "/" + name, entry.getValue());
      }
    }
    return items;
  }

  /** {@code val2014}, below {@code images} in some copies. */
  private String folder(Path base, String split) {
    for (String place : List.of(split, "images/" + split)) {
      if (Files.isDirectory(base.resolve(place))) {
        return place;
      }
    }
    throw Places.missing(name(), split + "/", base);
  }
}
