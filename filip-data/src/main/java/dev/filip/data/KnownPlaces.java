package dev.filip.data;

import dev.filip.data.known.KnownSet;
import dev.filip.data.known.KnownSets;
import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code NAME:PATH}: torchvision's layout, or CLIP_benchmark's, a folder of shards for each
 * split; and what img2dataset wrote.
 */
final class KnownPlaces {
  private final String dataset;
  private final Path path;
  private final @Nullable String split;
  private final Shards shards;

  KnownPlaces(String dataset, Path path, @Nullable String split, Shards shards) {
    this.dataset = dataset;
    this.path = path;
    this.split = split;
    this.shards = shards;
  }

  /** Opens shards as the data set they are. */
  interface Shards {
    SampleSource open(String name, List<String> tars, Origin origin);
  }

  /**
   * Opens the split.
   *
   * @param training whether a split that is trained on is meant where none is named
   */
  SampleSource open(boolean training) {
    BadInput.require(Files.exists(path), dataset + " path", path, "an existing folder");
    if (dataset.equals(SourceName.IMG2DATASET)) {
      return img2dataset();
    }
    if (!KnownSets.isAt(dataset, path) && Files.isDirectory(path)) {
      List<String> splits = splits();
      if (!splits.isEmpty()) {
        return benchmark(splits, training);
      }
      if (!Sources.tars(path).isEmpty()) {
        return shards(path, String.valueOf(path.toAbsolutePath().normalize().getFileName()));
      }
    }
    String wanted = split == null && training ? KnownSets.trained(dataset, path) : split;
    KnownSet set = KnownSets.open(dataset, path, wanted);
    BadInput.require(
        set.items().size() > 0, "split of " + dataset, set.split(), "one with samples");
    return new KnownSource(path, set);
  }

  /** Sub-folders with shards. */
  private List<String> splits() {
    return SourceFiles.list(path, p -> Files.isDirectory(p) && !Sources.tars(p).isEmpty()).stream()
        .map(p -> p.getFileName().toString())
        .toList();
  }

  private SampleSource benchmark(List<String> splits, boolean training) {
    String judged = KnownSets.judged(dataset, path);
    List<String> usual =
        training
            ? List.of("train", judged)
            : List.of(judged, "test", judged.replaceAll("\\d+$", ""));
    String wanted = split;
    if (wanted == null) {
      wanted = usual.stream().filter(splits::contains).findFirst().orElse(splits.getFirst());
    }
    BadInput.require(
        splits.contains(wanted),
        "split of " + dataset,
        wanted,
        "one of " + String.join(", ", splits));
    return shards(path.resolve(wanted), wanted);
  }

  private SampleSource shards(Path folder, String found) {
    BadInput.require(
        split == null || split.equals(found), "split of " + dataset, String.valueOf(split), found);
    Origin origin = new Origin(dataset, found, List.of(), List.of());
    return shards.open(folder.toString(), Sources.tars(folder), origin);
  }

  /** Tars, or its form {@code files}: folders of images with texts beside. */
  private SampleSource img2dataset() {
    BadInput.require(
        split == null || split.equals("all"), "split of img2dataset", String.valueOf(split), "all");
    BadInput.require(Files.isDirectory(path), "img2dataset path", path, "a folder");
    Origin origin = new Origin(dataset, "all", List.of(), List.of());
    List<String> tars = Sources.tars(path);
    if (!tars.isEmpty()) {
      return shards.open(path.toString(), tars, origin);
    }
    if (!hasImage()) {
      throw new BadInput(
          "img2dataset: looked for 00000.tar or 00000/000000000.jpg below "
              + path
              + ", found neither (its form parquet is opened without the name)");
    }
    return FolderSource.captioned(path, origin);
  }

  private boolean hasImage() {
    try (Stream<Path> all = Files.walk(path, 2)) {
      return all.anyMatch(p -> SourceFiles.isImage(SourceFiles.extension(p)));
    } catch (IOException e) {
      throw new BadInput("cannot list " + path + ": " + Reasons.of(e), e);
    }
  }
}
