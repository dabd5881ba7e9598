package dev.filip.data;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The samples of a table, packed: image paths in the order of their first rows, each with the
 * captions of all its rows. A large one lies in a mapped file but for {@link Overflow}'s room on
 * the heap. Reading is thread-safe once nothing is added.
 */
final class TableRows implements Closeable {
  private static final int NONE = -1;
  private static final int MOST_EXPECTED = 1 << 24;

  /** A one in each byte, and each byte's highest bit. */
  private static final long EACH = 0x0101010101010101L;

  private static final long HIGH_BITS = EACH << 7;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Overflow overflow;
  private final PackedTexts paths;
  private final PackedTexts captions;

  /** Hash table of paths: a path's number and one, 0 where free. */
  private Numbers slots;

  // of a path its first and its last caption, of a caption the next of its path; NONE for none
  private final Numbers first;
  private final Numbers last;
  private final Numbers next;

  TableRows() {
    this(0);
  }

  /**
   * @param expected about how many images will be added; room is made for so many at most
   */
  TableRows(long expected) {
    this(expected, new Overflow());
  }

  /**
   * @param overflow what takes what is too much for the heap; taken over
   */
  TableRows(long expected, Overflow overflow) {
    this.overflow = overflow;
    this.paths = new PackedTexts(overflow);
    this.captions = new PackedTexts(overflow);
    this.first = new Numbers(overflow);
    this.last = new Numbers(overflow);
    this.next = new Numbers(overflow);
    int room = (int) Math.min(Math.max(expected, 31), MOST_EXPECTED);
    this.slots = slots(4 * Integer.highestOneBit(room));
  }

  /** So many free ones, a power of two. */
  private Numbers slots(int count) {
    Numbers free = new Numbers(overflow);
    free.reserve(count);
    return free;
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
    int i = from;
    long before = HIGH_BITS >>> 56; // its high bit says that a space is before
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long eight = (long) LONGS.get(bytes, i);
      long printable = eight + EACH * (0x80 - ' ') & ~eight & HIGH_BITS;
      long spaces = ~((eight ^ EACH * ' ') + EACH * 0x7F) & HIGH_BITS;
      if (printable != HIGH_BITS || (spaces & (spaces << 8 | before)) != 0) {
        return -1;
      }
      before = spaces >>> 56;
    }
    boolean space = before != 0;
    for (; i < to; i++) {
      byte c = bytes[i];
      if (c < ' ' || c == ' ' && space) {
        return -1;
      }
      space = c == ' ';
    }
    return to - from - (from < to && space ? 1 : 0);
  }

  private void append(int path, byte[] utf8, int from, int length) {
    if (length == 0) {
      return;
    }
    int added = captions.add(utf8, from, length);
    next.put(added, NONE);
    if (first.get(path) == NONE) {
      first.set(path, added);
    } else {
      next.set(last.get(path), added);
    }
    last.set(path, added);
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
    for (int known = slots.get(slot); known != 0; known = slots.get(slot)) {
      if (paths.equal(known - 1, utf8, from, length)) {
        return known - 1;
      }
      slot = slot + 1 & slots.size() - 1;
    }
    int added = paths.add(utf8, from, length);
    slots.set(slot, added + 1);
    first.put(added, NONE);
    last.put(added, NONE);
    if (paths.size() > slots.size() / 2) {
      rehash();
    }
    return added;
  }

  private int slot(long hash) {
    return (int) hash & slots.size() - 1;
  }

  private void rehash() {
    int count = Math.multiplyExact(2, slots.size());
    slots.drop();
    slots = slots(count);
    for (int i = 0; i < paths.size(); i++) {
      int slot = slot(paths.hash(i));
      while (slots.get(slot) != 0) {
        slot = slot + 1 & slots.size() - 1;
      }
      slots.set(slot, i + 1);
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
    for (int i = first.get(index); i != NONE; i = next.get(i)) {
      all.add(captions.get(i));
    }
    return all;
  }

  @Override
  public void close() throws IOException {
    overflow.close();
  }
}
