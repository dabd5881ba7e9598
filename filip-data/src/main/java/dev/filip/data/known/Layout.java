package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.List;

/** How a published data set lies on disk. Immutable. */
abstract class Layout {
  private final String name;

  Layout(String name) {
    this.name = name;
  }

  /** As it stands in {@code NAME:PATH}. */
  final String name() {
    return name;
  }

  /** The splits it has, as the data set names them. */
  abstract List<String> splits();

  /** The split that is judged when none is named. */
  abstract String judged(Path root);

  /** The split that is trained on when none is named. */
  abstract String trained(Path root);

  /** Whether this data set, or a part of it, lies at a path. */
  abstract boolean isAt(Path root);

  /**
   * Opens one of its splits.
   *
   * @param root torchvision's {@code root}, or the folder inside it
   * @param split one of {@link #splits}
   * @throws BadInput in one line that says what was looked for, and where
   */
  abstract KnownSet open(Path root, String split);

  /** Other names of splits, such as torchvision's defaults; else the name itself. */
  String alias(Path root, String split) {
    return split;
  }

  /** The splits in a message, many of a kind as a range. */
  String named() {
    return String.join(", ", splits());
  }

  /** The split of a name; {@link BadInput} tells those there are. */
  final String split(Path root, String asked) {
    String split = alias(root, asked);
    BadInput.require(splits().contains(split), "split of " + name, asked, "one of " + named());
    return split;
  }

  /** Names with the numbers 1 to 10, as printed by {@code form}. */
  static List<String> ten(String form) {
    return java.util.stream.IntStream.rangeClosed(1, 10).mapToObj(form::formatted).toList();
  }
}
