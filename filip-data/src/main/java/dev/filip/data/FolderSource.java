package dev.filip.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Texts;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder of images at any depth: with a {@code .txt} of the same name beside each (one caption a
 * line; a {@code .json} is its metadata), or else one class a sub-folder. It is the latter when
 * fewer than half have a {@code .txt} and more lie in sub-folders than beside them; those beside
 * have no class. Files are in natural order of their paths, classes in plain order of their names
 * (as torchvision's ImageFolder). Thread-safe.
 */
final class FolderSource extends LooseSource {
  private final Path folder;
  private final PackedTexts paths = new PackedTexts();

  /** Those whose key is the whole path: it would be another's, or the kind is not read. */
  private final BitSet repeated = new BitSet();

  /** Class of each image, -1 for none; empty without classes. */
  private final int[] labels;

  private final List<String> classNames;
  private final int withText;
  private final @Nullable Origin origin;

  /** Images of a folder of classes that lie in none. */
  private final int beside;

  private final List<String> deadLinks;

  private FolderSource(
      Path folder, List<Path> images, List<String> deadLinks, @Nullable Origin origin) {
    this.folder = folder;
    this.deadLinks = deadLinks;
    this.origin = origin;
    this.withText = (int) images.stream().filter(p -> Files.exists(text(p))).count();
    int flat = (int) images.stream().filter(p -> folder.equals(p.getParent())).count();
    boolean classes = origin == null && 2L * withText < images.size() && 2L * flat < images.size();
    this.beside = classes ? flat : 0;
    List<String> folders =
        !classes
            ? List.of()
            : images.stream()
                .filter(p -> !folder.equals(p.getParent()))
                .map(p -> top(folder, p))
                .distinct()
                .sorted()
                .toList();
    this.classNames = names(folder, folders);
    this.labels = new int[classes ? images.size() : 0];
    Map<String, Integer> numbers = new HashMap<>();
    folders.forEach(name -> numbers.put(name, numbers.size()));
    Set<String> keys = new HashSet<>();
    for (Path image : images) {
      String path = folder.relativize(image).toString().replace(File.separatorChar, '/');
      int index = paths.add(path);
      if (!SourceFiles.isRead(SourceFiles.extension(image)) || !keys.add(withoutEnding(path))) {
        repeated.set(index);
      }
      if (classes) {
        labels[index] =
            folder.equals(image.getParent()) ? -1 : numbers.getOrDefault(top(folder, image), -1);
      }
    }
  }

  private static String withoutEnding(String path) {
    return path.substring(0, path.lastIndexOf('.'));
  }

  /** Opens it; {@link BadInput} when it holds no image. */
  static FolderSource open(Path folder) {
    return open(folder, null);
  }

  /** Opens a known data set whose images have their texts beside them: no folder is a class. */
  static FolderSource captioned(Path folder, Origin origin) {
    return open(folder, origin);
  }

  private static FolderSource open(Path folder, @Nullable Origin origin) {
    ImageWalk walk = ImageWalk.of(folder);
    if (walk.images().isEmpty()) {
      throw noImage(folder);
    }
    return of(folder, walk, origin);
  }

  /** Of what a walk found, which may be nothing. */
  static FolderSource of(Path folder, ImageWalk walk, @Nullable Origin origin) {
    List<Path> images = SourceFiles.sorted(walk.images(), p -> folder.relativize(p).toString());
    List<String> dead =
        walk.deadLinks().stream().map(p -> folder.relativize(p).toString()).sorted().toList();
    return new FolderSource(folder, images, dead, origin);
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
    StringBuilder what = new StringBuilder();
    if (!classNames.isEmpty()) {
      what.append(String.format(Locale.ROOT, ", %,d class folders", classNames.size()));
    }
    if (beside > 0) {
      what.append(String.format(Locale.ROOT, ", %,d beside them without a class", beside));
    }
    if (classNames.isEmpty() || withText > 0) {
      what.append(String.format(Locale.ROOT, ", %,d with a .txt beside", withText));
    }
    if (!deadLinks.isEmpty()) {
      what.append(
          String.format(
              Locale.ROOT,
              ", %,d links to nothing, such as %s",
              deadLinks.size(),
              deadLinks.getFirst()));
    }
    return String.format(Locale.ROOT, "%,d images in folder %s%s", size(), folder, what);
  }

  @Override
  public @Nullable Origin origin() {
    return origin;
  }

  @Override
  protected int count() {
    return paths.size();
  }

  Path file(int index) {
    return folder.resolve(paths.get(index));
  }

  String key(int index) {
    String path = paths.get(index);
    return repeated.get(index) ? path : withoutEnding(path);
  }

  /** The file that the captions are in, there or not. */
  Path textFile(int index) {
    return text(file(index));
  }

  /** The file that the metadata are in, there or not. */
  Path metadataFile(int index) {
    Path image = file(index);
    return image.resolveSibling(SourceFiles.stem(image) + ".json");
  }

  int label(int index) {
    return labels.length == 0 ? -1 : labels[index];
  }

  @Override
  protected Sample.Text text(int index) throws IOException {
    return new Sample.Text(key(index), captions(index), label(index), metadata(index));
  }

  @Override
  protected byte[] image(int index) throws IOException {
    Path image = file(index);
    try {
      return Files.readAllBytes(image);
    } catch (NoSuchFileException e) {
      throw new UnreadableSample(key(index), "no such file", image.toString());
    }
  }

  private List<String> captions(int index) throws IOException {
    Path text = textFile(index);
    if (!Files.exists(text)) {
      return List.of();
    }
    try {
      return Texts.lines(Texts.of(Files.readAllBytes(text)));
    } catch (Texts.NotUtf8 e) {
      throw new UnreadableSample(key(index), "not UTF-8", text + " " + e.getMessage());
    }
  }

  /** No caption comes from it: one that is no JSON costs nothing. */
  private @Nullable JsonNode metadata(int index) throws IOException {
    Path file = metadataFile(index);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      return Json.ofOthers(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      return null;
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

  private static String bytes(Path image) throws IOException {
    return Files.exists(image) ? Long.toString(Files.size(image)) : "missing";
  }

  @Override
  public String fingerprint() throws IOException {
    MessageDigest digest = Digests.sha256();
    for (int i = 0; i < count(); i++) {
      Digests.add(digest, key(i));
      Digests.add(digest, bytes(file(i)));
      texts(i).forEach(c -> Digests.add(digest, c));
      Digests.add(digest, Integer.toString(label(i)));
    }
    return Digests.hex(digest);
  }

  private List<String> texts(int index) throws IOException {
    try {
      return captions(index);
    } catch (UnreadableSample e) { // to be counted when it is used
      return List.of(e.reason());
    }
  }

  @Override
  public String shape() throws IOException {
    MessageDigest digest = Digests.sha256();
    for (int i = 0; i < count(); i++) {
      Digests.add(digest, key(i));
      Digests.add(digest, bytes(file(i)));
    }
    return Digests.hex(digest);
  }

  @Override
  public void close() {}
}
