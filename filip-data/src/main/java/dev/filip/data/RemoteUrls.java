package dev.filip.data;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.ShardFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Tables in a store: each is in the cache while it is read, one at a time. Not thread-safe. */
final class RemoteUrls extends UrlTable {
  private final ShardFiles files;
  private final List<String> locations;
  private final UrlColumns columns;
  private final List<Column> others;
  private final boolean captions;
  private String leftOut = "";

  private RemoteUrls(ShardFiles files, List<String> locations, UrlColumns columns)
      throws IOException {
    this.files = files;
    this.locations = locations;
    this.columns = columns;
    try (ShardFiles.Held first = files.hold(locations.getFirst())) {
      FileUrls table = table(first, locations.getFirst());
      this.others = table.others();
      this.captions = table.captions();
    }
  }

  /**
   * Tables of one kind: a location, several by {@code {}} or {@code ::}, a folder's by {@code /}.
   */
  static RemoteUrls open(String spec, UrlColumns columns, ShardFiles files) {
    try {
      return new RemoteUrls(files, locations(spec, files), columns);
    } catch (IOException e) {
      files.close();
      throw new BadInput("cannot read the table: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private static List<String> locations(String spec, ShardFiles files) throws IOException {
    List<String> names = SourceNames.of(spec);
    if (spec.endsWith("/")) {
      names =
          files.list(spec).stream()
              .map(ObjectInfo::location)
              .filter(name -> isTable(kindOf(name)))
              .toList();
    }
    Set<String> kinds = new TreeSet<>(names.stream().map(RemoteUrls::kindOf).toList());
    String shown = ShardNames.shown(spec);
    BadInput.require(!kinds.isEmpty(), "table", shown, "a folder with tables: " + kinds());
    BadInput.require(kinds.size() == 1, "table", shown, "tables of one kind, not of ." + kinds);
    BadInput.require(isTable(kinds.iterator().next()), "table", shown, kinds());
    return List.copyOf(names);
  }

  private static String kindOf(String location) {
    return kind(Path.of(ShardNames.name(location.replaceFirst("[?#].*$", ""))));
  }

  /** The table in a file of the cache; what is wrong with it is told by its location. */
  private FileUrls table(ShardFiles.Held held, String location) {
    try {
      return new FileUrls(List.of(held.file()), columns);
    } catch (BadInput e) {
      throw named(e, held, location);
    }
  }

  private static BadInput named(BadInput e, ShardFiles.Held held, String location) {
    String text = String.valueOf(e.getMessage());
    return new BadInput(text.replace(held.file().toString(), ShardNames.shown(location)), e);
  }

  @Override
  public List<String> parts() {
    return locations;
  }

  @Override
  public List<Column> others() {
    return others;
  }

  @Override
  public boolean captions() {
    return captions;
  }

  @Override
  public String describe() {
    String first = ShardNames.shown(locations.getFirst());
    String what =
        locations.size() == 1
            ? first
            : String.format(Locale.ROOT, "%,d tables, the first %s", locations.size(), first);
    return what + (captions ? "" : " (no column of captions)");
  }

  @Override
  public String leftOut() {
    return leftOut;
  }

  @Override
  public void each(int part, Taker taker) throws IOException {
    String location = locations.get(part);
    leftOut = "";
    try (ShardFiles.Held held = files.hold(location)) {
      FileUrls table = table(held, location);
      BadInput.require(
          table.others().equals(others),
          "columns of " + ShardNames.shown(location),
          table.others(),
          "those of " + ShardNames.shown(locations.getFirst()) + ": " + others);
      try {
        table.each(0, taker);
      } catch (BadInput e) {
        throw named(e, held, location);
      }
      leftOut = table.leftOut();
    }
  }

  @Override
  public String shape() throws IOException {
    MessageDigest digest = Digests.sha256();
    for (String location : locations) {
      Digests.add(digest, ShardNames.name(ShardNames.shown(location)));
      Digests.add(digest, Long.toString(files.info(location).size()));
    }
    return Digests.hex(digest);
  }

  @Override
  public void close() {
    files.close();
  }
}
