package dev.filip.data.known;

import dev.filip.data.known.Items.Item;
import dev.filip.data.known.LineTable.Row;
import dev.filip.io.BadInput;
import dev.filip.text.HtmlText;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * YFCC100M: the dataset file of 25 columns, plain or packed, and the subset that CLIP was trained
 * on. A key is the photo's id; captions are title and description, URL-decoded and without HTML;
 * videos are left out. Images are looked for at {@code images/HASH[0:3]/HASH[3:6]/HASH.jpg}.
 */
final class Yfcc100m extends Layout {
  private static final String TABLE = "yfcc100m_dataset";
  private static final String SUBSET = "yfcc100m_subset_data";
  private static final int COLUMNS = 25;
  private static final int ID = 1;
  private static final int HASH = 2;
  private static final int TITLE = 8;
  private static final int DESCRIPTION = 9;
  private static final int URL = 16;
  private static final int MARKER = 24;

  Yfcc100m() {
    super("yfcc100m");
  }

  @Override
  List<String> splits() {
    return List.of("all", "subset");
  }

  @Override
  String judged(Path root) {
    return "all";
  }

  @Override
  String trained(Path root) {
    return "all";
  }

  private static Optional<Path> table(Path root, String name) {
    return Stream.of("", ".tsv", ".bz2", ".tsv.bz2", ".gz", ".tsv.gz", ".txt")
        .map(ending -> root.resolve(name + ending))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  @Override
  boolean isAt(Path root) {
    return table(root, TABLE).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path file =
        table(root, TABLE)
            .orElseThrow(() -> Places.missing(name(), TABLE + " (plain, .tsv, .bz2 or .gz)", root));
    long[] wanted = split.equals("subset") ? subset(root) : new long[0];
    LineTable table =
        new LineTable(
            root, file, wanted.length == 0 ? Yfcc100m::row : (line, _) -> rowOf(wanted, line));
    return new KnownSet(name(), split, table).leaving(table.left());
  }

  /** Ids of the photos, ascending. */
  private long[] subset(Path root) {
    Path file =
        table(root, SUBSET)
            .orElseThrow(() -> Places.missing(name(), SUBSET + ".tsv (or .bz2, .gz)", root));
    LineTable lines =
        new LineTable(
            root,
            file,
            (line, _) -> {
              String[] fields = line.split("\t");
              boolean good = fields.length >= 2 && fields[1].matches("\\d{1,18}");
              return good
                  ? Row.of(new Item(fields[1], -1, List.of(), null), "")
                  : Row.leftOut("rows without a photo's id");
            });
    long[] ids = new long[lines.size()];
    try {
      for (int i = 0; i < ids.length; i++) {
        ids[i] = Long.parseLong(lines.item(i).key());
      }
    } catch (IOException e) {
      throw Places.unreadable(file, e);
    }
    Arrays.sort(ids);
    if (ids.length == 0) {
      throw new BadInput(file + ": has no row");
    }
    return ids;
  }

  private static Row rowOf(long[] wanted, String line) {
    int first = line.indexOf('\t') + 1;
    int end = line.indexOf('\t', first);
    String id = end < 0 ? "" : line.substring(first, end);
    boolean named = id.matches("\\d{1,18}") && Arrays.binarySearch(wanted, Long.parseLong(id)) >= 0;
    return named ? row(line, 0) : Row.leftOut("");
  }

  private static Row row(String line, long number) {
    String[] fields = line.split("\t", -1);
    if (fields.length != COLUMNS) {
      return Row.leftOut("rows that have not " + COLUMNS + " columns");
    }
    if (fields[MARKER].strip().equals("1")) {
      return Row.leftOut("video rows");
    }
    List<String> captions = new ArrayList<>();
    for (int column : new int[] {TITLE, DESCRIPTION}) {
      String text = HtmlText.plain(decoded(fields[column]));
      if (!text.isEmpty() && !captions.contains(text)) {
        captions.add(text);
      }
    }
    Item item = new Item(fields[ID], -1, captions, fields[URL]);
    String hash = fields[HASH];
    String image =
        hash.matches("[0-9A-Za-z]{6,}")
            ? "images/" + hash.substring(0, 3) + "/" + hash.substring(3, 6) + "/" + hash + ".jpg"
            : "";
    return Row.of(item, image);
  }

  /** Percent signs with two digits and plus signs; a broken one leaves the field as it is. */
  private static String decoded(String field) {
    try {
      return URLDecoder.decode(field, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return field.replace('+', ' ');
    }
  }
}
