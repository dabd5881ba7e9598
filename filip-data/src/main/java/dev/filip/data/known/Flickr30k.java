package dev.filip.data.known;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Flickr30K: captions in {@code results_20130124.token} or Kaggle's {@code results.csv}, Karpathy's
 * split in {@code dataset_flickr30k.json} (or CLIP_benchmark's {@code
 * flickr30k_test_karpathy.txt}), images in {@code flickr30k-images}, {@code flickr30k_images},
 * {@code images} or beside the file.
 */
final class Flickr30k extends Layout {
  private static final String TOKEN = "results_20130124.token";
  private static final String RESULTS = "results.csv";
  private static final String KARPATHY = "dataset_flickr30k.json";
  private static final String PREFIX = "karpathy_";
  private static final List<String> IMAGES =
      List.of("flickr30k-images", "flickr30k_images", "images");

  Flickr30k() {
    super("flickr30k");
  }

  @Override
  List<String> splits() {
    return List.of("all", "karpathy_test", "karpathy_train", "karpathy_val");
  }

  @Override
  String judged(Path root) {
    return karpathy(base(root), "test").isPresent() ? "karpathy_test" : "all";
  }

  @Override
  String trained(Path root) {
    return karpathy(base(root), "train").isPresent() ? "karpathy_train" : "all";
  }

  /**
   * Where the files lie: torchvision's root is the folder of images, and they may be above it;
   * Kaggle's archive has them in the folder of the images' folder.
   */
  private static Path base(Path root) {
    Path above = root.toAbsolutePath().getParent();
    return Stream.of(root, root.resolve("flickr30k_images"), above == null ? root : above)
        .filter(folder -> !tables(folder).isEmpty())
        .findFirst()
        .orElse(root);
  }

  private static List<Path> tables(Path base) {
    return List.of(TOKEN, RESULTS, KARPATHY, "flickr30k_test_karpathy.txt").stream()
        .map(base::resolve)
        .filter(Files::exists)
        .toList();
  }

  private static Optional<Path> karpathy(Path base, String split) {
    return Places.first(
        base.resolve(KARPATHY), base.resolve("flickr30k_" + split + "_karpathy.txt"));
  }

  @Override
  boolean isAt(Path root) {
    return !tables(base(root)).isEmpty();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = base(root);
    SequencedMap<String, List<String>> all =
        split.equals("all") ? all(base) : karpathySplit(base, split.substring(PREFIX.length()));
    String folder = folder(base, all.isEmpty() ? "" : all.firstEntry().getKey());
    FileItems items = new FileItems(base, "");
    all.forEach((image, texts) -> items.add(folder + image, texts));
    return new KnownSet(name(), split, items);
  }

  private SequencedMap<String, List<String>> all(Path base) {
    Path token = base.resolve(TOKEN);
    Path results = base.resolve(RESULTS);
    if (Files.exists(token)) {
      return CaptionFiles.token(token);
    }
    if (Files.exists(results)) {
      return CaptionFiles.results(results);
    }
    Path karpathy = base.resolve(KARPATHY);
    if (Files.exists(karpathy)) {
      return new TreeMap<>(CaptionFiles.karpathy(karpathy, _ -> true));
    }
    throw Places.missing(name(), TOKEN + ", " + RESULTS + " or " + KARPATHY, base);
  }

  private SequencedMap<String, List<String>> karpathySplit(Path base, String split) {
    Path file = karpathy(base, split).orElseThrow(() -> Places.missing(name(), KARPATHY, base));
    return file.endsWith(KARPATHY)
        ? CaptionFiles.karpathy(file, split::equals)
        : new LinkedHashMap<>(CaptionFiles.commas(file));
  }

  /** Where the images lie, with its slash; empty for the base itself. */
  private String folder(Path base, String image) {
    for (String place : IMAGES) {
      Path folder = base.resolve(place);
      if (Files.isDirectory(folder)) {
        return place + "/";
      }
    }
    if (Files.exists(base.resolve(image))) {
      return "";
    }
    throw Places.missing(name(), "flickr30k-images/, images/ or " + image, base);
  }
}
