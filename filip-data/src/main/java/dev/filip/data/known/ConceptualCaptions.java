package dev.filip.data.known;

import dev.filip.data.known.Items.Item;
import dev.filip.data.known.LineTable.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CC3M and CC12M: tables of captions and URLs without a header. A key is the number of the line,
 * from 0.
 */
final class ConceptualCaptions extends Layout {
  private static final Map<String, String> FILES =
      Map.of(
          "train", "Train_GCC-training.tsv",
          "val", "Validation_GCC-1.1.0-Validation.tsv",
          "all", "cc12m.tsv");

  private final boolean large;

  /** CC12M, or CC3M. */
  ConceptualCaptions(boolean large) {
    super(large ? "cc12m" : "cc3m");
    this.large = large;
  }

  @Override
  List<String> splits() {
    return large ? List.of("all") : List.of("train", "val");
  }

  @Override
  String judged(Path root) {
    return trained(root);
  }

  @Override
  String trained(Path root) {
    return large ? "all" : "train";
  }

  private static Optional<Path> file(Path root, String split) {
    String name = FILES.getOrDefault(split, split);
    if (root.endsWith(name)) {
      return Places.first(root);
    }
    return Places.first(
        root.resolve(name), root.resolve(name + ".gz"), root.resolve(name + ".bz2"));
  }

  @Override
  boolean isAt(Path root) {
    return splits().stream().anyMatch(split -> file(root, split).isPresent());
  }

  @Override
  KnownSet open(Path root, String split) {
    Path file =
        file(root, split)
            .orElseThrow(() -> Places.missing(name(), FILES.getOrDefault(split, split), root));
    LineTable table = new LineTable(root, file, large ? this::urlFirst : this::captionFirst);
    return new KnownSet(name(), split, table).leaving(table.left());
  }

  private Row captionFirst(String line, long number) {
    int tab = line.lastIndexOf('\t');
    return tab < 0
        ? Row.leftOut("rows without a tab")
        : row(number, line.substring(0, tab), line.substring(tab + 1));
  }

  private Row urlFirst(String line, long number) {
    int tab = line.indexOf('\t');
    return tab < 0
        ? Row.leftOut("rows without a tab")
        : row(number, line.substring(tab + 1), line.substring(0, tab));
  }

  private static Row row(long number, String caption, String url) {
    String text = caption.replace('\t', ' ').strip();
    List<String> captions = text.isEmpty() ? List.of() : List.of(text);
    return Row.of(new Item(Long.toString(number), -1, captions, url.strip()), "");
  }
}
