package dev.filip.data;

import dev.filip.data.known.KnownSets;
import dev.filip.data.store.ShardCache;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rows of URLs and captions in files of one kind, read forward, row by row, whatever their size:
 * CSV and TSV with a header, a {@code .txt} of URLs, JSON lines, Parquet (DataComp's and LAION's
 * among them), or a published table ({@code cc3m:}, {@code cc12m:}, {@code yfcc100m:}). Not
 * thread-safe.
 */
public abstract class UrlTable implements Closeable {
  private static final Set<String> PACKED = Set.of("csv", "tsv", "txt", "json", "jsonl");
  private static final Set<String> KINDS =
      Set.of("csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet");

  /** A column besides URL and caption. */
  public record Column(String name, Type type) {}

  /** What the values of a column are. */
  public enum Type {
    TEXT,
    INTEGER,
    NUMBER,
    FLAG
  }

  /** Takes a row. */
  public interface Taker {
    void take(UrlRow row) throws IOException;
  }

  UrlTable() {}

  /**
   * Opens a file, a folder of files of one kind, such in a store ({@code https://}, {@code s3://}),
   * or {@code NAME:PATH}.
   *
   * @param split of a published table, or null
   * @throws BadInput in one line: nothing there, another kind, a column that is missing
   */
  public static UrlTable open(String spec, UrlColumns columns, @Nullable String split) {
    SourceName name = SourceName.of(spec, split);
    if (name.dataset() != null) {
      BadInput.require(
          KnownSets.names().contains(name.dataset()),
          "table",
          spec,
          "a table of URLs: cc3m:, cc12m: or yfcc100m:");
      return KnownUrls.published(spec, columns, split);
    }
    BadInput.require(split == null, "--split", split + "", "left out: " + spec + " has none");
    if (spec.matches("[A-Za-z][A-Za-z0-9+.-]+://.*")) {
      return RemoteUrls.open(spec, columns, new ShardCache(ShardCache.Options.standard()));
    }
    return new FileUrls(files(place(spec)), columns);
  }

  private static Path place(String spec) {
    try {
      Path place = Path.of(spec);
      BadInput.require(Files.exists(place), "table", spec, "an existing file or folder");
      return place;
    } catch (InvalidPathException e) {
      throw BadInput.of("table", spec, "an existing file or folder");
    }
  }

  private static List<Path> files(Path place) {
    if (!Files.isDirectory(place)) {
      BadInput.require(KINDS.contains(kind(place)), "table", place, kinds());
      return List.of(place);
    }
    List<Path> files = SourceFiles.list(place, p -> KINDS.contains(kind(p)));
    Set<String> found = new TreeSet<>(files.stream().map(UrlTable::kind).toList());
    BadInput.require(!found.isEmpty(), "table", place, "a folder with tables: " + kinds());
    BadInput.require(
        found.size() == 1,
        "table",
        place + " with ." + String.join(" and .", found),
        "a folder with tables of one kind: name a file");
    return files;
  }

  static boolean isTable(String kind) {
    return KINDS.contains(kind);
  }

  static String kinds() {
    return ".parquet, .csv, .tsv, .txt, .json or .jsonl, or one of the last five with .gz";
  }

  /** The ending before {@code .gz}. */
  static String kind(Path file) {
    String last = SourceFiles.extension(file);
    if (!last.equals("gz")) {
      return last;
    }
    String inner = SourceFiles.extension(file.resolveSibling(SourceFiles.stem(file)));
    return PACKED.contains(inner) ? inner : "gz";
  }

  /** The files, in their order: at least one. */
  public abstract List<String> parts();

  /** The other columns. */
  public abstract List<Column> others();

  /** Whether captions are read. */
  public abstract boolean captions();

  /** What it is, one line. */
  public abstract String describe();

  /** Reads all rows of a part in their order; the same each time. */
  public abstract void each(int part, Taker taker) throws IOException;

  /** What was left out of a part's rows in the last reading, each after a comma; or nothing. */
  public String leftOut() {
    return "";
  }

  /** SHA-256 (hex) over names and sizes: what a run compares when it goes on. */
  public String shape() throws IOException {
    MessageDigest digest = Digests.sha256();
    for (String part : parts()) {
      Path file = Path.of(part);
      Digests.add(digest, String.valueOf(file.getFileName()));
      Digests.add(digest, Long.toString(Files.size(file)));
    }
    return Digests.hex(digest);
  }

  @Override
  public void close() throws IOException {}

  /** {@code 3 .parquet files}. */
  static String counted(List<Path> files) {
    String kind = kind(files.getFirst());
    return files.size() == 1
        ? files.getFirst().toString()
        : String.format(Locale.ROOT, "%,d .%s files", files.size(), kind);
  }

  /** Text columns of these names. */
  static List<Column> texts(List<String> names) {
    List<Column> columns = new ArrayList<>();
    names.forEach(name -> columns.add(new Column(name, Type.TEXT)));
    return List.copyOf(columns);
  }
}
