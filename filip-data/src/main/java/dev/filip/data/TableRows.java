package dev.filip.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The samples of a table, packed: image paths in the order of their first rows, each with the
 * captions of all its rows. Reading is thread-safe once nothing is added.
 */
final class TableRows {
  private static final int NONE = -1;
  private static final int MOST_EXPECTED = 1 << 24;

  private final PackedTexts paths = new PackedTexts();
  private final PackedTexts captions = new PackedTexts();

  /** Hash table of paths: a path's number and one, 0 where free. */
  private int[] slots;

  private int[] first = new int[16];
  private int[] last = new int[16];
  private int[] next = new int[16];

  TableRows() {
    this(0);
  }

  /**
   * @param expected about how many images will be added; room is made for so many at most
   */
  TableRows(long expected) {
    int room = (int) Math.min(Math.max(expected, 31), MOST_EXPECTED);
    this.slots = new int[4 * Integer.highestOneBit(room)];
  }

  /** Adds a row; a caption of white space alone is none. */
  void add(String image, String caption) {
    add(image(image), caption);
  }

  /** The number of an image, which is added where it is new. */
  int image(String path) {
    byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
    return image(utf8, 0, utf8.length);
  }

  /** Adds a caption of an image; one of white space alone is none. */
  void add(int image, String caption) {
    byte[] line = line(caption).getBytes(StandardCharsets.UTF_8);
    append(image, line, 0, line.length);
  }

  /**
   * Adds a caption that lies in {@code bytes}, if it is ASCII and its words are parted by single
   * spaces, so that it stays as it is.
   *
   * @return whether it is
   */
  boolean addPlain(int image, byte[] bytes, int from, int to) {
    int length = plainLength(bytes, from, to);
    if (length >= 0) {
      append(image, bytes, from, length);
    }
    return length >= 0;
  }

  /** How long such a caption is without a space at its end; -1 where it is not such. */
  static int plainLength(byte[] bytes, int from, int to) {
    byte before = ' ';
    for (int i = from; i < to; i++) {
      byte c = bytes[i];
      if (c < ' ' || c == ' ' && before == ' ') {
        return -1;
      }
      before = c;
    }
    return to - from - (from < to && before == ' ' ? 1 : 0);
  }

  private void append(int path, byte[] utf8, int from, int length) {
    if (length == 0) {
      return;
    }
    int added = captions.add(utf8, from, length);
    if (added == next.length) {
      next = Arrays.copyOf(next, PackedTexts.grown(added));
    }
    next[added] = NONE;
    if (first[path] == NONE) {
      first[path] = added;
    } else {
      next[last[path]] = added;
    }
    last[path] = added;
  }

  /** Each run of white space one space, none at the ends. */
  static String line(String caption) {
    boolean plain = true;
    for (int i = 0; i < caption.length() && plain; i++) {
      char c = caption.charAt(i);
      plain = c > ' ' || c == ' ' && i > 0 && caption.charAt(i - 1) != ' ';
    }
    return plain ? caption.strip() : caption.replaceAll("\\s+", " ").strip();
  }

  /** The number of the image whose path lies in {@code utf8}; it is added where it is new. */
  int image(byte[] utf8, int from, int length) {
    int slot = slot(PackedTexts.hash(utf8, from, length));
    while (slots[slot] != 0) {
      if (paths.equal(slots[slot] - 1, utf8, from, length)) {
        return slots[slot] - 1;
      }
      slot = slot + 1 & slots.length - 1;
    }
    int added = paths.add(utf8, from, length);
    slots[slot] = added + 1;
    if (added == first.length) {
      first = Arrays.copyOf(first, PackedTexts.grown(added));
      last = Arrays.copyOf(last, first.length);
    }
    first[added] = NONE;
    if (paths.size() > slots.length / 2) {
      rehash();
    }
    return added;
  }

  private int slot(long hash) {
    return (int) hash & slots.length - 1;
  }

  private void rehash() {
    slots = new int[Math.multiplyExact(2, slots.length)];
    for (int i = 0; i < paths.size(); i++) {
      int slot = slot(paths.hash(i));
      while (slots[slot] != 0) {
        slot = slot + 1 & slots.length - 1;
      }
      slots[slot] = i + 1;
    }
  }

  /** Different images. */
  int size() {
    return paths.size();
  }

  /** Captions of all of them. */
  int captionCount() {
    return captions.size();
  }

  String path(int index) {
    return paths.get(index);
  }

  List<String> captions(int index) {
    List<String> all = new ArrayList<>();
    for (int i = first[index]; i != NONE; i = next[i]) {
      all.add(captions.get(i));
    }
    return all;
  }
}
