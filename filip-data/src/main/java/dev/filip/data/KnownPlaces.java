package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.known.KnownSet;
import dev.filip.data.known.KnownSets;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
        return shards(path, String.valueOf(path.toAbsolutePath().normalize().getFileName()), split);
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

  /** Its split {@code test} is the judged one whatever the data set calls that. */
  private SampleSource benchmark(List<String> splits, boolean training) {
    String judged = KnownSets.judged(dataset, path);
    String asked = split;
    if (asked == null) {
      asked = training ? "train" : judged;
    }
    Stream<String> usual = Stream.of(asked);
    if (split == null) {
      usual = Stream.of(asked, judged, "test", splits.getFirst());
    } else if (split.equals(judged)) {
      usual = Stream.of(asked, "test");
    }
    String found = usual.filter(splits::contains).findFirst().orElse(asked);
    BadInput.require(
        splits.contains(found),
        "split of " + dataset,
        found,
        "one of " + String.join(", ", splits));
    return shards(path.resolve(found), found, found);
  }

  private SampleSource shards(Path folder, String found, @Nullable String asked) {
    BadInput.require(
        asked == null || asked.equals(found), "split of " + dataset, String.valueOf(asked), found);
    Origin origin = new Origin(dataset, found, List.of(), List.of());
    return shards.open(folder.toString(), Sources.tars(folder), origin);
  }

  /** Tars, or its form {@code files}: folders of images with texts beside. */
  private SampleSource img2dataset() {
    BadInput.require(
        split == null || split.equals("all"), "split of img2dataset", String.valueOf(split), "all");
    BadInput.require(Files.isDirectory(path), "img2dataset path", path, "a folder");
    Origin origin = new Origin(dataset, "all", List.of(), failed());
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

  /** Downloads that failed are told by the {@code _stats.json} of the shards. */
  private List<String> failed() {
    long tried = 0;
    long saved = 0;
    for (Path file :
        SourceFiles.list(path, p -> p.getFileName().toString().endsWith("_stats.json"))) {
      JsonNode stats = Json.read(file);
      tried += stats.path("count").asLong();
      saved += stats.path("successes").asLong();
    }
    return saved >= tried
        ? List.of()
        : List.of(String.format(Locale.ROOT, "%,d of %,d downloads failed", tried - saved, tried));
  }

  private boolean hasImage() {
    try (Stream<Path> all = Files.walk(path, 2)) {
      return all.anyMatch(p -> SourceFiles.isImage(SourceFiles.extension(p)));
    } catch (IOException e) {
      throw new BadInput("cannot list " + path + ": " + Reasons.of(e), e);
    }
  }
}
