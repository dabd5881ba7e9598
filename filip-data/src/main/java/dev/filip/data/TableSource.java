package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
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
  private final TableRows rows;

  TableSource(Path file, String how, TableRows rows) {
    BadInput.require(rows.size() > 0, "source " + file, "no rows", "at least one");
    this.file = file;
    this.how = how;
    this.rows = rows;
  }

  /** Reads the table; {@link BadInput} names a column that is not there. */
  static TableSource csv(Path file, SourceOptions options) {
    try (CsvTable table = new CsvTable(file, options.imageKey())) {
      List<String> header = table.header();
      int image = column(file, header, options.imageKey(), IMAGE_KEYS, "--image-key");
      int caption = column(file, header, options.captionKey(), CAPTION_KEYS, "--caption-key");
      TableRows rows = new TableRows();
      table.forEach(row -> rows.add(row.get(image), row.get(caption)));
      String separator = table.separator() == '\t' ? "tabs" : "'" + table.separator() + "'";
      String how = "a table parted by " + separator + table.leftOut();
      return new TableSource(
          file, how + "; columns " + header.get(image) + ", " + header.get(caption), rows);
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
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
        (columns, rows) ->
            new TableSource(file, "Parquet; columns " + String.join(", ", columns), rows));
  }

  @Override
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%,d images with %,d captions in %s (%s)",
        rows.size(),
        rows.captionCount(),
        file,
        how);
  }

  @Override
  protected int count() {
    return rows.size();
  }

  @Override
  protected Sample.Text text(int index) {
    return new Sample.Text(rows.path(index), rows.captions(index), -1, null);
  }

  @Override
  protected byte[] image(int index) throws IOException {
    String path = rows.path(index);
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
    MessageDigest digest = Digests.sha256();
    for (int i = 0; i < count(); i++) {
      Path image = file.toAbsolutePath().resolveSibling(rows.path(i));
      Digests.add(digest, rows.path(i));
      Digests.add(digest, Files.exists(image) ? Long.toString(Files.size(image)) : "missing");
      rows.captions(i).forEach(c -> Digests.add(digest, c));
    }
    return Digests.hex(digest);
  }

  @Override
  public String shape() throws IOException {
    MessageDigest digest = Digests.sha256();
    Digests.add(digest, String.valueOf(file.getFileName()));
    Digests.add(digest, Long.toString(Files.size(file)));
    Digests.add(digest, Integer.toString(count()));
    return Digests.hex(digest);
  }

  @Override
  public void close() {}
}
