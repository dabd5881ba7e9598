package dev.filip.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
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
  private final @Nullable ParquetImages images;
  private final @Nullable IntFunction<ObjectNode> others;

  /**
   * @param images those in the table itself, by rows of {@code rows}; taken over. Null where the
   *     rows are named by paths
   * @param others metadata by image; null for none
   */
  TableSource(
      Path file,
      String how,
      TableRows rows,
      @Nullable ParquetImages images,
      @Nullable IntFunction<ObjectNode> others) {
    BadInput.require(rows.size() > 0, "source " + file, "no rows", "at least one");
    this.file = file;
    this.how = how;
    this.rows = rows;
    this.images = images;
    this.others = others;
  }

  /** Reads the table; {@link BadInput} names a column that is not there. */
  static TableSource csv(Path file, SourceOptions options) {
    TableRows rows = new TableRows();
    try (CsvTable table = new CsvTable(file, options.imageKey())) {
      return csv(file, table, rows, options);
    } catch (IOException e) {
      close(rows);
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    } catch (RuntimeException e) {
      close(rows);
      throw e;
    }
  }

  private static TableSource csv(Path file, CsvTable table, TableRows rows, SourceOptions options)
      throws IOException {
    List<String> header = table.header();
    int image = imageColumn(file, header, options);
    int caption = captionColumn(file, header, options);
    OtherColumns others = options.otherColumns() ? new OtherColumns(header, image, caption) : null;
    table.forEach(row -> {
      rows.add(row.get(image), row.get(caption));
      if (others != null && rows.size() > others.size()) {
        others.add(row);
      }
    });
    String separator = table.separator() == '\t' ? "tabs" : "'" + table.separator() + "'";
    String how = "a table parted by " + separator + table.leftOut();
    String columns = "; columns " + header.get(image) + ", " + header.get(caption);
    return new TableSource(
        file, how + columns, rows, null, others == null ? null : others::metadata);
  }

  private static void close(TableRows rows) {
    try {
      rows.close();
    } catch (IOException e) {
      // what lay there is not wanted any more
    }
  }

  /** Where in a header the images are named; {@link BadInput} where none is. */
  static int imageColumn(Path file, List<String> header, SourceOptions options) {
    return column(file, header, options.imageKey(), IMAGE_KEYS, "--image-key");
  }

  /** Where in a header the captions are; {@link BadInput} where none is. */
  static int captionColumn(Path file, List<String> header, SourceOptions options) {
    return column(file, header, options.captionKey(), CAPTION_KEYS, "--caption-key");
  }

  private static int column(
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
    return new Sample.Text(
        rows.path(index), rows.captions(index), -1, others == null ? null : others.apply(index));
  }

  @Override
  protected byte[] image(int index) throws IOException {
    if (images != null) {
      return images.image(index);
    }
    return beside(file, rows.path(index));
  }

  /**
   * The image at a path that a table gives, relative to the table's folder.
   *
   * @throws UnreadableSample where it is the path that is wrong
   */
  static byte[] beside(Path table, String path) throws IOException {
    try {
      Path image = table.toAbsolutePath().resolveSibling(path);
      if (Files.isDirectory(image)) {
        throw new UnreadableSample(path, "no file but a folder", "");
      }
      return Files.readAllBytes(image);
    } catch (NoSuchFileException | InvalidPathException e) {
      throw new UnreadableSample(path, "no such file", "");
    } catch (AccessDeniedException e) {
      throw new UnreadableSample(path, "no permission", "");
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
    if (images != null) {
      images.print(digest);
    }
    for (int i = 0; i < count(); i++) {
      Digests.add(digest, rows.path(i));
      if (images == null) {
        Digests.add(digest, size(rows.path(i)));
      }
      rows.captions(i).forEach(c -> Digests.add(digest, c));
    }
    return Digests.hex(digest);
  }

  private String size(String path) throws IOException {
    try {
      Path image = file.toAbsolutePath().resolveSibling(path);
      return Files.exists(image) ? Long.toString(Files.size(image)) : "missing";
    } catch (InvalidPathException e) {
      return "missing";
    }
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
  public void close() throws IOException {
    try (rows) {
      if (images != null) {
        images.close();
      }
    }
  }
}
