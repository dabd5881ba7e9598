package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The data sets whose layout is known, by the names that stand in {@code NAME:PATH}. Stateless. */
public final class KnownSets {
  private static final Map<String, Layout> LAYOUTS = layouts();

  /** The twelve of the paper's zero-shot and linear-probe tables, in their order. */
  public static final List<String> TWELVE =
      List.of(
          "imagenet",
          "cifar10",
          "cifar100",
          "caltech101",
          "cars",
          "flowers102",
          "food101",
          "sun397",
          "dtd",
          "aircraft",
          "pets",
          "eurosat");

  private KnownSets() {}

  private static Map<String, Layout> layouts() {
    SequencedMap<String, Layout> all = new LinkedHashMap<>();
    Stream.of(
            new ImageNet(),
            new Cifar(false),
            new Cifar(true),
            new Caltech101(),
            new StanfordCars(),
            new Flowers102(),
            new Food101(),
            new Sun397(),
            new Dtd(),
            new Aircraft(),
            new Pets(),
            new EuroSat(),
            new Coco(),
            new Flickr30k(),
            new ConceptualCaptions(false),
            new ConceptualCaptions(true),
            new Yfcc100m())
        .forEach(layout -> all.put(layout.name(), layout));
    return all;
  }

  /** All names. */
  public static List<String> names() {
    return List.copyOf(LAYOUTS.keySet());
  }

  private static Layout layout(String name) {
    Layout layout = LAYOUTS.get(name);
    if (layout == null) {
      throw BadInput.of("data set", name, "one of " + String.join(", ", LAYOUTS.keySet()));
    }
    return layout;
  }

  /** The split of a data set that is judged when none is named. */
  public static String judged(String name, Path root) {
    return layout(name).judged(root);
  }

  /** The split of a data set that is trained on when none is named. */
  public static String trained(String name, Path root) {
    return layout(name).trained(root);
  }

  /**
   * A line for each count in which a copy of any layout differs from the published set.
   *
   * @param classes 0 for none
   */
  public static List<String> otherCounts(String name, String split, long samples, int classes) {
    return PublishedCounts.notes(name, split, samples, classes);
  }

  /** Whether a data set, or a part of it, lies at a path in the layout that torchvision reads. */
  public static boolean isAt(String name, Path root) {
    return layout(name).isAt(root);
  }

  /**
   * Where a data set lies below a folder of data sets: {@code FOLDER/NAME} if it is there, else the
   * folder itself where it holds the set's own inner folder ({@code FOLDER/food-101}).
   */
  public static Optional<Path> find(String name, Path folder) {
    Path own = folder.resolve(name);
    if (Files.isDirectory(own)) {
      return Optional.of(own);
    }
    return isAt(name, folder) ? Optional.of(folder) : Optional.empty();
  }

  /**
   * Opens a split.
   *
   * @param root what torchvision calls root, or the folder inside it
   * @param split null for the one that is judged
   * @throws BadInput in one line: an unknown name or split, or what was looked for and where
   */
  public static KnownSet open(String name, Path root, @Nullable String split) {
    Layout layout = layout(name);
    if (!Files.exists(root)) {
      throw BadInput.of(name + " path", root, "an existing folder");
    }
    return layout.open(root, layout.split(root, split == null ? layout.judged(root) : split));
  }
}
