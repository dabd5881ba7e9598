package dev.filip.data;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of image paths and captions (open_clip's CSV and TSV, or Parquet). Rows that name the
 * same image are one sample with several captions; paths are relative to the table's folder.
 * Thread-safe.
 */
final class TableSource extends LooseSource {
  private static final List<String> IMAGE_KEYS = List.of("filepath", "image", "path", "file");
  private static final List<String> CAPTION_KEYS = List.of("title", "caption", "text");

  private final Path file;
  private final String how;
  private final List<String> paths;
  private final List<List<String>> captions;

  private TableSource(Path file, String how, Map<String, List<String>> samples) {
    BadInput.require(!samples.isEmpty(), "source " + file, "no rows", "at least one");
    this.file = file;
    this.how = how;
    this.paths = List.copyOf(samples.keySet());
    this.captions = samples.values().stream().map(List::copyOf).toList();
  }

  /** Reads the table; {@link BadInput} names a column that is not there. */
  static TableSource csv(Path file, SourceOptions options) {
    CsvTable table = CsvTable.read(file, options.imageKey());
    int image = column(file, table.header(), options.imageKey(), IMAGE_KEYS, "--image-key");
    int caption = column(file, table.header(), options.captionKey(), CAPTION_KEYS, "--caption-key");
    Map<String, List<String>> samples = new LinkedHashMap<>();
    for (List<String> row : table.rows()) {
      add(samples, row.get(image), row.get(caption));
    }
    String separator = table.separator() == '\t' ? "tabs" : "'" + table.separator() + "'";
    String how = "a table parted by " + separator;
    if (table.badRows() > 0) {
      how += String.format(Locale.ROOT, ", %,d rows with missing fields left out", table.badRows());
    }
    String columns = table.header().get(image) + ", " + table.header().get(caption);
    return new TableSource(file, how + "; columns " + columns, samples);
  }

  static void add(Map<String, List<String>> samples, String image, String caption) {
    List<String> known = samples.computeIfAbsent(image, _ -> new ArrayList<>());
    String line = caption.replaceAll("\\s+", " ").strip();
    if (!line.isEmpty()) {
      known.add(line);
    }
  }

  static int column(
      Path file, List<String> header, @Nullable String wanted, List<String> usual, String option) {
    List<String> candidates = wanted == null ? usual : List.of(wanted);
    for (String name : candidates) {
      for (int i = 0; i < header.size(); i++) {
        if (header.get(i).equalsIgnoreCase(name)) {
          return i;
        }
      }
    }
    if (wanted == null) {
      for (int i = 0; i < header.size(); i++) { // Flickr's image_name and comment
        String name = header.get(i).toLowerCase(Locale.ROOT);
        if (usual == IMAGE_KEYS ? name.startsWith("image") : name.equals("comment")) {
          return i;
        }
      }
    }
    throw new BadInput(
        option
            + " must be a column of "
            + file
            + ", got "
            + String.join(" or ", candidates)
            + "; it has "
            + String.join(", ", header));
  }

  /** Reads a Parquet file's two columns. */
  static TableSource parquet(Path file, SourceOptions options) {
    return ParquetColumns.open(
        file,
        header -> {
          int image = column(file, header, options.imageKey(), IMAGE_KEYS, "--image-key");
          int caption = column(file, header, options.captionKey(), CAPTION_KEYS, "--caption-key");
          return List.of(header.get(image), header.get(caption));
        },
        (columns, samples) ->
            new TableSource(file, "Parquet; columns " + String.join(", ", columns), samples));
  }

  @Override
  public String describe() {
    long all = captions.stream().mapToLong(List::size).sum();
    return String.format(
        Locale.ROOT, "%,d images with %,d captions in %s (%s)", size(), all, file, how);
  }

  @Override
  protected int count() {
    return paths.size();
  }

  @Override
  protected Sample.Text text(int index) {
    return new Sample.Text(paths.get(index), captions.get(index), -1, null);
  }

  @Override
  protected byte[] image(int index) throws IOException {
    String path = paths.get(index);
    try {
      return Files.readAllBytes(file.toAbsolutePath().resolveSibling(path));
    } catch (NoSuchFileException | InvalidPathException e) {
      throw new UnreadableSample(path, "no such file", "");
    }
  }

  @Override
  public List<String> classNames() {
    return List.of();
  }

  @Override
  public List<String> templates() {
    return List.of();
  }

  @Override
  public String fingerprint() throws IOException {
    MessageDigest digest = Sha256.digest();
    for (int i = 0; i < size(); i++) {
      Path image = file.toAbsolutePath().resolveSibling(paths.get(i));
      Sha256.add(digest, paths.get(i));
      Sha256.add(digest, Files.exists(image) ? Long.toString(Files.size(image)) : "missing");
      captions.get(i).forEach(c -> Sha256.add(digest, c));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public String shape() throws IOException {
    MessageDigest digest = Sha256.digest();
    Sha256.add(digest, String.valueOf(file.getFileName()));
    Sha256.add(digest, Long.toString(Files.size(file)));
    Sha256.add(digest, Integer.toString(count()));
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() {}
}
