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

  private final PackedTexts paths = new PackedTexts();
  private final PackedTexts captions = new PackedTexts();

  /** Hash table of paths: a path's number and one, 0 where free. */
  private int[] slots = new int[64];

  private int[] first = new int[16];
  private int[] last = new int[16];
  private int[] next = new int[16];

  /** Adds a row; a caption of white space alone is none. */
  void add(String image, String caption) {
    int path = path(image.getBytes(StandardCharsets.UTF_8));
    String line = line(caption);
    if (line.isEmpty()) {
      return;
    }
    int added = captions.add(line);
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
  private static String line(String caption) {
    boolean plain = true;
    for (int i = 0; i < caption.length() && plain; i++) {
      char c = caption.charAt(i);
      plain = c > ' ' || c == ' ' && i > 0 && caption.charAt(i - 1) != ' ';
    }
    return plain ? caption.strip() : caption.replaceAll("\\s+", " ").strip();
  }

  private int path(byte[] utf8) {
    int slot = slot(PackedTexts.hash(utf8, 0, utf8.length));
    while (slots[slot] != 0) {
      if (paths.equal(slots[slot] - 1, utf8)) {
        return slots[slot] - 1;
      }
      slot = slot + 1 & slots.length - 1;
    }
    int added = paths.add(utf8);
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
