package dev.filip.data;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.ShardCache;
import dev.filip.data.store.ShardFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Opens a source by its form; the form that was detected is said by {@code describe()}. */
public final class Sources {
  private static final String SHARDS =
      "shards that end in .tar ({0000..0099} lists them), or a folder (ends with /) of a store that can list";

  private final String spec;
  private final @Nullable String dataset;
  private final @Nullable String split;
  private final SourceOptions options;
  private final ShardFiles files;
  private final Path cache;
  private final Consumer<String> say;

  private Sources(
      SourceName name, SourceOptions options, ShardFiles files, Path cache, Consumer<String> say) {
    this.spec = name.place();
    this.dataset = name.dataset();
    this.split = name.split();
    this.options = options;
    this.files = files;
    this.cache = cache;
    this.say = say;
  }

  /**
   * Opens webdataset shards ({@code shards/{000000..000099}.tar}, several joined by {@code ::}, or
   * a folder of tars, on disk, {@code https://} or {@code s3://}), a table of paths and captions
   * ({@code .csv}, {@code .tsv}, {@code .txt}, {@code .parquet}), or a folder of images. {@code
   * NAME:PATH} is a published data set as it lies on disk (docs/DATASETS.md), {@code
   * NAME:PATH#SPLIT} a split of it; {@code PATH#SPLIT} the sub-folder of that name.
   *
   * @throws BadInput when nothing is there, or it is none of these
   */
  public static SampleSource open(String spec, SourceOptions options) {
    ShardFiles files = new ShardCache(ShardCache.Options.standard());
    return open(spec, options, files, ShardIndexes.standardCache(), System.err::println);
  }

  /** The same with shards by {@code files}, which the source takes over, and indexes kept there. */
  static SampleSource open(
      String spec, SourceOptions options, ShardFiles files, Path cache, Consumer<String> say) {
    BadInput.require(
        !spec.startsWith("pipe:"), "source", spec, "a file or folder (commands are not run)");
    try {
      SourceName name = SourceName.of(spec, options.split());
      SampleSource source = new Sources(name, options, files, cache, say).open();
      if (!(source instanceof WebdatasetSource)) {
        files.close();
      }
      return source;
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /**
   * The rows of a Parquet file of paths and captions, to be gone through once.
   *
   * @return null where the source is anything else: {@link #open} it
   * @throws BadInput when it is such a file, and cannot be read
   */
  public static @Nullable CaptionTable captions(String spec, SourceOptions options) {
    SourceName name = SourceName.of(spec, options.split());
    if (name.dataset() != null || name.split() != null || name.place().startsWith("pipe:")) {
      return null;
    }
    List<String> names = SourceNames.of(name.place());
    if (names.size() != 1 || !isParquet(path(names.getFirst()))) {
      return null;
    }
    return ParquetColumns.captions(Path.of(path(names.getFirst())), options);
  }

  private static boolean isParquet(String place) {
    return !place.contains("://")
        && Files.isRegularFile(Path.of(place))
        && SourceFiles.extension(Path.of(place)).equals("parquet");
  }

  private SampleSource open() {
    if (dataset != null) {
      BadInput.require(!files.isRemote(spec), dataset + " path", spec, "a local folder");
      KnownPlaces.Shards shards = (name, tars, origin) -> webdataset(name, tars, origin);
      return new KnownPlaces(dataset, Path.of(path(spec)), split, shards).open(options.training());
    }
    return split == null ? open(spec) : open(part(spec, split));
  }

  /** The sub-folder of a split. */
  private String part(String folder, String name) {
    if (files.isRemote(folder)) {
      BadInput.require(
          folder.endsWith("/"), "source with a split", folder, "a folder, ending with /");
      return folder + name + "/";
    }
    Path path = Path.of(path(folder));
    Path part = path.resolve(name);
    if (!Files.isDirectory(part)) {
      List<Path> all =
          Files.isDirectory(path) ? SourceFiles.list(path, Files::isDirectory) : List.of();
      String some = String.join(", ", all.stream().map(p -> p.getFileName() + "").toList());
      throw BadInput.of(
          "split", name, "a folder in " + folder + (some.isEmpty() ? "" : ": one of " + some));
    }
    return part.toString();
  }

  private SampleSource open(String spec) {
    List<String> names = SourceNames.of(spec).stream().map(Sources::path).toList();
    if (names.size() > 1 || files.isRemote(names.getFirst())) {
      return webdataset(spec, shards(names));
    }
    Path path = Path.of(names.getFirst());
    BadInput.require(Files.exists(path), "source", path, "an existing file or folder");
    if (!Files.isDirectory(path)) {
      return file(path);
    }
    List<String> tars = tars(path);
    if (!tars.isEmpty()) {
      return webdataset(spec, tars);
    }
    List<Path> tables = SourceFiles.list(path, p -> SourceFiles.extension(p).equals("parquet"));
    if (!tables.isEmpty()) {
      BadInput.require(tables.size() == 1, "source", path, "one Parquet file: name it");
      return ParquetColumns.open(tables.getFirst(), options);
    }
    return FolderSource.open(path);
  }

  private SampleSource webdataset(String name, List<String> shards) {
    return webdataset(name, shards, null);
  }

  private SampleSource webdataset(String name, List<String> shards, @Nullable Origin origin) {
    return new WebdatasetSource(name, shards, options, files, origin, cache, say);
  }

  private SampleSource file(Path file) {
    return switch (SourceFiles.extension(file)) {
      case "tar" -> webdataset(file.toString(), List.of(file.toString()));
      case "csv", "tsv", "txt", "token" -> TableSource.csv(file, options);
      case "parquet" -> ParquetColumns.open(file, options);
      default ->
          throw BadInput.of("source", file, "a folder, or a .tar, .csv, .tsv or .parquet file");
    };
  }

  private List<String> shards(List<String> names) {
    List<String> shards = new ArrayList<>();
    Map<String, Set<String>> folders = new HashMap<>();
    for (String name : names) {
      if (files.isRemote(name)) {
        shards.addAll(remote(name));
      } else if (name.endsWith(".tar") && names.size() > WebdatasetSource.FEW) {
        Set<String> there = folders.computeIfAbsent(ShardNames.folder(name), Sources::names);
        BadInput.require(
            there.contains(ShardNames.name(name)), "source", name, "an existing shard");
        shards.add(name);
      } else {
        shards.addAll(local(Path.of(name)));
      }
    }
    return shards;
  }

  private static List<String> local(Path path) {
    BadInput.require(Files.exists(path), "source", path, "an existing shard");
    List<String> found = Files.isDirectory(path) ? tars(path) : List.of(path.toString());
    BadInput.require(!found.isEmpty(), "source", path, "a folder with .tar shards");
    return found;
  }

  /** A shard, or all of a folder of a store. */
  private List<String> remote(String name) {
    if (!name.endsWith("/")) {
      BadInput.require(
          ShardNames.name(name).endsWith(".tar"), "source", ShardNames.shown(name), SHARDS);
      return List.of(name);
    }
    try {
      List<String> tars =
          files.list(name).stream()
              .map(ObjectInfo::location)
              .filter(location -> location.endsWith(".tar"))
              .toList();
      BadInput.require(!tars.isEmpty(), "source", name, "a folder with .tar shards");
      return SourceFiles.sorted(tars, ShardNames::name);
    } catch (IOException e) {
      throw new BadInput("source must be " + SHARDS + ", got " + Reasons.of(e), e);
    }
  }

  /** {@code file:///a/b} as a path; anything else as it is. */
  private static String path(String name) {
    if (!name.startsWith("file://")) {
      return name;
    }
    try {
      return Path.of(URI.create(name)).toString();
    } catch (IllegalArgumentException e) {
      throw BadInput.of("source", name, "file:///PATH with %20 for a space");
    }
  }

  /** The names in a folder: one question instead of one for every shard. */
  private static Set<String> names(String folder) {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(folder))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException e) {
      throw new BadInput("cannot list " + folder + ": " + Reasons.of(e), e);
    }
    return names;
  }

  /** The shards in a folder: those that {@code nshards.txt} tells of, else all. */
  static List<String> tars(Path folder) {
    Path counted = folder.resolve("nshards.txt");
    if (Files.isRegularFile(counted)) {
      return counted(folder, counted);
    }
    List<Path> tars = SourceFiles.list(folder, p -> SourceFiles.extension(p).equals("tar"));
    return tars.stream()
        .filter(p -> tars.size() > WebdatasetSource.FEW || Files.isRegularFile(p))
        .map(Path::toString)
        .toList();
  }

  /** CLIP_benchmark's layout: {@code 0.tar} to as many as the file says. */
  private static List<String> counted(Path folder, Path file) {
    String text = String.join(" ", ClassLists.lines(file));
    BadInput.require(text.matches("[1-9]\\d{0,5}"), file.toString(), text, "a number of shards");
    Path type = folder.toAbsolutePath().resolveSibling("dataset_type.txt");
    if (Files.exists(type)) {
      String kind = String.join(" ", ClassLists.lines(type));
      BadInput.require(!kind.equals("multilabel"), type.toString(), kind, "retrieval, or no file");
    }
    return IntStream.range(0, Integer.parseInt(text))
        .mapToObj(i -> folder.resolve(i + ".tar"))
        .peek(tar -> BadInput.require(Files.exists(tar), file + ": shard", tar, "an existing file"))
        .map(Path::toString)
        .toList();
  }
}
