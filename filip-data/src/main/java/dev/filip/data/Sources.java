package dev.filip.data;

import dev.filip.config.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens a source by its form; the form that was detected is said by {@code describe()}. */
public final class Sources {
  private Sources() {}

  /**
   * Opens webdataset shards ({@code shards/{000000..000099}.tar}, several joined by {@code ::}, or
   * a folder of tars).
   *
   * @throws BadInput when nothing is there, or it is none of these
   */
  public static SampleSource open(String spec, SourceOptions options) {
    List<Path> shards = new ArrayList<>();
    for (String part : spec.split("::")) {
      for (String name : SourceFiles.expand(part)) {
        shards.addAll(shards(Path.of(name)));
      }
    }
    return new WebdatasetSource(spec, shards, options);
  }

  private static List<Path> shards(Path path) {
    BadInput.require(Files.exists(path), "source", path, "an existing file or folder");
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    List<Path> tars = SourceFiles.list(path, p -> SourceFiles.extension(p).equals("tar"));
    BadInput.require(!tars.isEmpty(), "source", path, "a folder with .tar shards");
    return tars;
  }
}
