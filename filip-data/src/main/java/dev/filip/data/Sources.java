package dev.filip.data;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens a source by its form; the form that was detected is said by {@code describe()}. */
public final class Sources {
  private Sources() {}

  /**
   * Opens webdataset shards ({@code shards/{000000..000099}.tar}, several joined by {@code ::}, or
   * a folder of tars), a table of paths and captions ({@code .csv}, {@code .tsv}, {@code .txt},
   * {@code .parquet}), or a folder of images.
   *
   * @throws BadInput when nothing is there, or it is none of these
   */
  public static SampleSource open(String spec, SourceOptions options) {
    BadInput.require(
        !spec.startsWith("pipe:"), "source", spec, "a file or folder (commands are not run)");
    List<String> names = new ArrayList<>();
    for (String part : spec.split("::")) {
      names.addAll(SourceFiles.expand(part));
    }
    if (names.size() > 1) {
      return new WebdatasetSource(spec, shards(names), options);
    }
    Path path = Path.of(names.getFirst());
    BadInput.require(Files.exists(path), "source", path, "an existing file or folder");
    if (!Files.isDirectory(path)) {
      return file(path, options);
    }
    List<Path> tars = tars(path);
    if (!tars.isEmpty()) {
      return new WebdatasetSource(spec, tars, options);
    }
    List<Path> tables = SourceFiles.list(path, p -> SourceFiles.extension(p).equals("parquet"));
    if (!tables.isEmpty()) {
      BadInput.require(tables.size() == 1, "source", path, "one Parquet file: name it");
      return TableSource.parquet(tables.getFirst(), options);
    }
    return FolderSource.open(path);
  }

  private static SampleSource file(Path file, SourceOptions options) {
    return switch (SourceFiles.extension(file)) {
      case "tar" -> new WebdatasetSource(file.toString(), List.of(file), options);
      case "csv", "tsv", "txt", "token" -> TableSource.csv(file, options);
      case "parquet" -> TableSource.parquet(file, options);
      default ->
          throw BadInput.of("source", file, "a folder, or a .tar, .csv, .tsv or .parquet file");
    };
  }

  private static List<Path> shards(List<String> names) {
    List<Path> shards = new ArrayList<>();
    for (String name : names) {
      Path path = Path.of(name);
      BadInput.require(Files.exists(path), "source", path, "an existing shard");
      List<Path> found = Files.isDirectory(path) ? tars(path) : List.of(path);
      BadInput.require(!found.isEmpty(), "source", path, "a folder with .tar shards");
      shards.addAll(found);
    }
    return shards;
  }

  private static List<Path> tars(Path folder) {
    return SourceFiles.list(
        folder, p -> SourceFiles.extension(p).equals("tar") && Files.isRegularFile(p));
  }
}
