package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Names of files: image kinds, brace lists, natural order, caption texts. */
final class SourceFiles {
  private static final Set<String> IMAGES =
      Set.of("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp");

  /** Images too, but such as no decoder here reads: they are counted, not overlooked. */
  private static final Set<String> UNREAD =
      Set.of("tif", "tiff", "heic", "heif", "avif", "jxl", "jp2", "ppm", "pgm", "pbm", "pnm");

  private static final Pattern RANGE = Pattern.compile("\\{(\\d+)\\.\\.(\\d+)}");
  private static final Pattern CHOICE = Pattern.compile("\\{([^{}]*,[^{}]*)}");
  private static final Pattern DIGITS = Pattern.compile("\\d+");
  private static final int MOST_SHARDS = 1_000_000;

  private SourceFiles() {}

  /** Makes {@code 2.tar} come before {@code 10.tar}. */
  private static String padded(String name) {
    return DIGITS
        .matcher(name)
        .replaceAll(m -> "0".repeat(Math.max(0, 20 - m.group().length())) + m.group());
  }

  /** Whether an extension (no dot, any case) names an image kind, read or not. */
  static boolean isImage(String extension) {
    return isRead(extension) || UNREAD.contains(extension.toLowerCase(Locale.ROOT));
  }

  /** Whether an extension (no dot, any case) names an image kind that is read. */
  static boolean isRead(String extension) {
    return IMAGES.contains(extension.toLowerCase(Locale.ROOT));
  }

  /** The part after the last dot of the file name, lower case; empty without a dot. */
  static String extension(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /** The file name before its last dot. */
  static String stem(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** The entries of a folder that pass, in natural order of their names; hidden ones left out. */
  static List<Path> list(Path folder, Predicate<Path> keep) {
    try (Stream<Path> entries = Files.list(folder)) {
      return sorted(
          entries.filter(p -> !p.getFileName().toString().startsWith(".")).filter(keep).toList(),
          p -> p.getFileName().toString());
    } catch (IOException e) {
      throw new BadInput("cannot list " + folder + ": " + Reasons.of(e), e);
    }
  }

  /** In natural order of their names, each of which is looked at once. */
  static <T> List<T> sorted(List<T> all, Function<T, String> name) {
    record Named<T>(String padded, String name, T it) {}
    return all.stream()
        .map(it -> new Named<>(padded(name.apply(it)), name.apply(it), it))
        .sorted(Comparator.<Named<T>, String>comparing(Named::padded).thenComparing(Named::name))
        .map(Named::it)
        .toList();
  }

  /** Bash's {@code {00..12}} and {@code {a,b}}; a text without braces gives itself. */
  static List<String> expand(String spec) {
    Matcher range = RANGE.matcher(spec);
    if (range.find()) {
      return expandRange(spec, range);
    }
    Matcher choice = CHOICE.matcher(spec);
    if (!choice.find()) {
      return List.of(spec);
    }
    List<String> all = new ArrayList<>();
    for (String word : choice.group(1).split(",", -1)) {
      all.addAll(expand(spec.substring(0, choice.start()) + word + spec.substring(choice.end())));
    }
    return all;
  }

  private static List<String> expandRange(String spec, Matcher range) {
    String first = range.group(1);
    String last = range.group(2);
    BadInput.require(
        first.length() <= 9 && last.length() <= 9, "shard range", range.group(), "below 10^9");
    int from = Integer.parseInt(first);
    int to = Integer.parseInt(last);
    BadInput.require(
        to >= from && to - from < MOST_SHARDS,
        "shard range",
        range.group(),
        "ascending and at most " + MOST_SHARDS + " long");
    int width = first.startsWith("0") || last.startsWith("0") ? first.length() : 1;
    List<String> all = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      String number = String.format(Locale.ROOT, "%0" + width + "d", i);
      all.addAll(expand(spec.substring(0, range.start()) + number + spec.substring(range.end())));
    }
    return all;
  }

  /** One caption a line; blank lines are none. */
  static List<String> captions(String text) {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }
}
