package dev.filip.data.known;

import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Splits of our own for data sets that have none: of each class 60 % train, 20 % val, 20 % test
 * (the last two rounded). Where an image falls follows from its key alone: the images of a class
 * are taken in the order of the SHA-256 of {@code 0/KEY}, so that the split is the same wherever
 * the data lies. Stateless.
 */
final class SeededSplit {
  /** The whole, then the three parts. */
  static final List<String> NAMES = List.of("all", "train", "val", "test");

  private static final int SEED = 0;

  private SeededSplit() {}

  /** The part of that name, in the order of the whole. */
  static FileItems of(FileItems all, String split) {
    if (split.equals("all")) {
      return all;
    }
    TreeMap<Integer, List<Integer>> classes = new TreeMap<>();
    for (int i = 0; i < all.size(); i++) {
      classes.computeIfAbsent(all.label(i), _ -> new ArrayList<>()).add(i);
    }
    int[] places =
        classes.values().stream()
            .flatMap(part -> part(all, part, split).stream())
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
    BadInput.require(places.length > 0, "split", split, "one with images: the set is too small");
    return all.only(places);
  }

  private static List<Integer> part(FileItems all, List<Integer> places, String split) {
    record Drawn(int place, String hash) {}
    List<Integer> drawn =
        places.stream()
            .map(i -> new Drawn(i, Digests.sha256(SEED + "/" + all.key(i))))
            .sorted(Comparator.comparing(Drawn::hash))
            .map(Drawn::place)
            .toList();
    int fifth = (int) Math.round(drawn.size() * 0.2);
    int train = drawn.size() - 2 * fifth;
    return switch (split) {
      case "train" -> drawn.subList(0, train);
      case "val" -> drawn.subList(train, train + fifth);
      default -> drawn.subList(train + fifth, drawn.size());
    };
  }
}
