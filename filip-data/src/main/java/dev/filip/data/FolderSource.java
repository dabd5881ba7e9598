package dev.filip.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of images at any depth: with a {@code .txt} of the same name beside each (one caption a
 * line; a {@code .json} is its metadata), or else, when all images lie in sub-folders, one class a
 * sub-folder. Files are in natural order of their paths, classes in plain order of their names (as
 * torchvision's ImageFolder). Thread-safe.
 */
final class FolderSource extends LooseSource {
  private record Entry(String key, Path image, int label) {}

  private final Path folder;
  private final List<Entry> entries = new ArrayList<>();
  private final List<String> classNames;
  private final int withText;

  private FolderSource(Path folder, List<Path> images, int withText, boolean classes) {
    this.folder = folder;
    this.withText = withText;
    List<String> folders =
        classes ? images.stream().map(p -> top(folder, p)).distinct().sorted().toList() : List.of();
    this.classNames = names(folder, folders);
    Set<String> keys = new HashSet<>();
    for (Path image : images) {
      String path = folder.relativize(image).toString().replace(File.separatorChar, '/');
      String key = path.substring(0, path.lastIndexOf('.'));
      int label = classes ? folders.indexOf(top(folder, image)) : -1;
      entries.add(new Entry(keys.add(key) ? key : path, image, label));
    }
  }

  /** Opens it; {@link BadInput} when it holds no image. */
  static FolderSource open(Path folder) {
    List<Path> images;
    try (Stream<Path> all = Files.walk(folder)) {
      images =
          SourceFiles.sorted(
              all.filter(p -> SourceFiles.isImage(SourceFiles.extension(p)))
                  .filter(p -> !p.getFileName().toString().startsWith("."))
                  .filter(Files::isRegularFile)
                  .toList(),
              p -> folder.relativize(p).toString());
    } catch (IOException e) {
      throw new BadInput("cannot list " + folder + ": " + Reasons.of(e), e);
    }
    if (images.isEmpty()) {
      throw noImage(folder);
    }
    int withText = (int) images.stream().filter(p -> Files.exists(text(p))).count();
    boolean deep = images.stream().noneMatch(p -> folder.equals(p.getParent()));
    return new FolderSource(folder, images, withText, withText == 0 && deep);
  }

  private static BadInput noImage(Path folder) {
    List<Path> splits =
        SourceFiles.list(
            folder,
            p ->
                Files.isDirectory(p)
                    && !SourceFiles.list(p, q -> SourceFiles.extension(q).equals("tar")).isEmpty());
    if (splits.isEmpty()) {
      return BadInput.of(
          "source", folder, "a folder with images, .tar shards or Parquet files in it");
    }
    String named = String.join(", ", splits.stream().map(p -> p.getFileName() + "").toList());
    return BadInput.of("source", folder, "one split: it holds the splits " + named);
  }

  private static String top(Path folder, Path image) {
    return folder.relativize(image).getName(0).toString();
  }

  /** The folders' names, or {@code classnames.txt} where it has as many lines. */
  private static List<String> names(Path folder, List<String> folders) {
    Path file = folder.resolve("classnames.txt");
    if (folders.isEmpty() || !Files.exists(file)) {
      return folders;
    }
    List<String> lines = ClassLists.lines(file);
    BadInput.require(
        lines.size() == folders.size(),
        file.toString(),
        lines.size() + " lines",
        "one line for each of the " + folders.size() + " class folders");
    return lines;
  }

  private static Path text(Path image) {
    return image.resolveSibling(SourceFiles.stem(image) + ".txt");
  }

  @Override
  public String describe() {
    String what =
        classNames.isEmpty()
            ? String.format(Locale.ROOT, "%,d with a .txt beside", withText)
            : String.format(Locale.ROOT, "%,d class folders", classNames.size());
    return String.format(Locale.ROOT, "%,d images in folder %s, %s", size(), folder, what);
  }

  @Override
  protected int count() {
    return entries.size();
  }

  @Override
  protected Sample.Text text(int index) throws IOException {
    Entry entry = entries.get(index);
    return new Sample.Text(entry.key(), captions(entry), entry.label(), metadata(entry));
  }

  @Override
  protected byte[] image(int index) throws IOException {
    Entry entry = entries.get(index);
    try {
      return Files.readAllBytes(entry.image());
    } catch (NoSuchFileException e) {
      throw new UnreadableSample(entry.key(), "no such file", entry.image().toString());
    }
  }

  private static List<String> captions(Entry entry) throws IOException {
    Path text = text(entry.image());
    if (entry.label() >= 0 || !Files.exists(text)) {
      return List.of();
    }
    return SourceFiles.captions(new String(Files.readAllBytes(text), StandardCharsets.UTF_8));
  }

  private static @Nullable JsonNode metadata(Entry entry) throws IOException {
    Path file = entry.image().resolveSibling(SourceFiles.stem(entry.image()) + ".json");
    if (!Files.exists(file)) {
      return null;
    }
    try {
      return Json.mapper().readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new UnreadableSample(entry.key(), "bad json", e.getOriginalMessage());
    }
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public List<String> templates() {
    Path file = folder.resolve(ClassLists.TEMPLATES);
    return Files.exists(file) ? ClassLists.lines(file) : List.of();
  }

  @Override
  public String fingerprint() throws IOException {
    MessageDigest digest = Sha256.digest();
    for (Entry entry : entries) {
      Sha256.add(digest, entry.key());
      Sha256.add(digest, Long.toString(Files.size(entry.image())));
      captions(entry).forEach(c -> Sha256.add(digest, c));
      Sha256.add(digest, Integer.toString(entry.label()));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public String shape() throws IOException {
    MessageDigest digest = Sha256.digest();
    for (Entry entry : entries) {
      Sha256.add(digest, entry.key());
      Sha256.add(digest, Long.toString(Files.size(entry.image())));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() {}
}
