package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Oxford-IIIT Pets: {@code oxford-iiit-pet/images}, {@code annotations/trainval.txt} and {@code
 * test.txt} with lines {@code IMAGE CLASS SPECIES BREED}, classes from 1; the breed is the image's
 * name before its last underscore.
 */
final class Pets extends Layout {
  private static final String INNER = "oxford-iiit-pet";

  Pets() {
    super("pets");
  }

  @Override
  List<String> splits() {
    return List.of("trainval", "test");
  }

  @Override
  String judged(Path root) {
    return "test";
  }

  @Override
  String trained(Path root) {
    return "trainval";
  }

  private static boolean isIt(Path folder) {
    return Files.exists(folder.resolve("annotations/trainval.txt"))
        || Files.exists(folder.resolve("annotations/test.txt"));
  }

  @Override
  boolean isAt(Path root) {
    return Places.find(root, INNER, Pets::isIt).isPresent();
  }

  @Override
  KnownSet open(Path root, String split) {
    Path base = Places.inner(name(), root, INNER, Pets::isIt, "annotations/" + split + ".txt");
    Path list = Places.file(name(), base.resolve("annotations/" + split + ".txt"), base);
    Path images = Places.folder(name(), base.resolve("images"), base);
    TreeMap<Integer, String> breeds = new TreeMap<>();
    FileItems items = new FileItems(images, INNER + "/images/");
    for (Row row : rows(list)) {
      breeds.put(row.label(), row.breed());
      items.add(row.image() + ".jpg", row.label());
    }
    List<String> raw = names(base, breeds);
    return new KnownSet(name(), split, raw.stream().map(Pets::titled).toList(), raw, items);
  }

  /** Breeds by label; where the split has not all of them, the other lists are asked. */
  private List<String> names(Path base, TreeMap<Integer, String> breeds) {
    int count = breeds.isEmpty() ? 0 : breeds.lastKey() + 1;
    for (String other : new String[] {"trainval", "test", "list"}) {
      Path list = base.resolve("annotations/" + other + ".txt");
      if (breeds.size() < count && Files.exists(list)) {
        rows(list).stream()
            .filter(row -> row.label() < count)
            .forEach(row -> breeds.putIfAbsent(row.label(), row.breed()));
      }
    }
    List<String> names = new ArrayList<>();
    for (int label = 0; label < count; label++) {
      names.add(breeds.getOrDefault(label, "breed_" + (label + 1)));
    }
    return names;
  }

  private record Row(String image, int label) {
    String breed() {
      return image.contains("_") ? image.substring(0, image.lastIndexOf('_')) : image;
    }
  }

  private static List<Row> rows(Path list) {
    List<Row> rows = new ArrayList<>();
    for (String line : Places.lines(list)) {
      String[] words = line.split("\\s+");
      if (words[0].startsWith("#")) {
        continue;
      }
      if (words.length < 2 || !words[1].matches("[1-9]\\d{0,4}")) {
        throw new BadInput(list + ": line must be IMAGE CLASS SPECIES BREED, got " + line);
      }
      rows.add(new Row(words[0], Integer.parseInt(words[1]) - 1));
    }
    return rows;
  }

  /** {@code american_bulldog} as {@code American Bulldog}. */
  private static String titled(String raw) {
    List<String> words = new ArrayList<>();
    for (String word : raw.split("_")) {
      words.add(
          word.isEmpty()
              ? word
              : word.substring(0, 1).toUpperCase(Locale.ROOT)
                  + word.substring(1).toLowerCase(Locale.ROOT));
    }
    return String.join(" ", words);
  }
}
