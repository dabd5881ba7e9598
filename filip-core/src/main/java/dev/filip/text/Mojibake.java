package dev.filip.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Repairs text that was UTF-8 and was read as a single-byte character set ({@code donâ€™t}): ftfy
 * 6.3's {@code fix_encoding}, with its tables and patterns (Robyn Speer, Apache-2.0).
 */
final class Mojibake {
  private Mojibake() {}

  /** ftfy's data, loaded at the first text beyond ASCII. */
  private static final class Tables {
    static final List<SingleByteSet> SETS = new ArrayList<>();
    static final Pattern BAD;
    static final Pattern UTF8;

    static {
      String bad = "";
      String utf8 = "";
      for (String line : lines()) {
        String[] parts = line.split(" ", 2);
        switch (parts[0]) {
          case "charset" -> SETS.add(set(parts[1].split(" ")));
          case "bad" -> bad = parts[1];
          case "utf8" -> utf8 = parts[1];
          default -> {}
        }
      }
      // as in Python only \n ends what a dot matches
      BAD = Pattern.compile(bad, Pattern.UNIX_LINES);
      UTF8 = Pattern.compile(utf8, Pattern.UNIX_LINES);
    }

    private Tables() {}

    private static SingleByteSet set(String[] words) {
      return new SingleByteSet(
          words[0],
          Arrays.stream(words).skip(1).mapToInt(hex -> Integer.parseInt(hex, 16)).toArray());
    }

    private static List<String> lines() {
      try (InputStream in =
          Objects.requireNonNull(Mojibake.class.getResourceAsStream("mojibake.txt"))) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Repairs until nothing changes. */
  static MappedText repair(MappedText text) {
    MappedText before = text;
    while (true) {
      MappedText after = step(before);
      if (after.sameText(before)) {
        return after;
      }
      before = after;
    }
  }

  private static MappedText step(MappedText text) {
    if (text.largest() < 0x80 || !isBad(text.text())) {
      return text;
    }
    for (SingleByteSet set : Tables.SETS) {
      MappedText bytes = set.encode(text);
      MappedText fixed = bytes == null ? null : decoded(bytes, set);
      if (fixed != null) {
        return fixed;
      }
    }
    MappedText inside = inside(text);
    return inside.sameText(text) ? c1(text) : inside;
  }

  private static boolean isBad(String text) {
    return Tables.BAD.matcher(text).find();
  }

  private static @Nullable MappedText decoded(MappedText bytes, SingleByteSet set) {
    // in Mac Roman an en dash before a space would look like a lost A0
    MappedText restored = set.isMacRoman() ? bytes : Utf8Bytes.restoreA0(bytes);
    return Utf8Bytes.decode(set.isSloppy() ? Utf8Bytes.replaceLossy(restored) : restored);
  }

  /** Repairs sequences that look like UTF-8 in the midst of sound text, each by itself. */
  private static MappedText inside(MappedText text) {
    String whole = text.text();
    MappedText out = new MappedText(text.size());
    int done = 0;
    int at = 0;
    int index = 0;
    for (Matcher found = Tables.UTF8.matcher(whole); found.find(); ) {
      at += whole.codePointCount(index, found.start());
      index = found.start();
      int end = at + whole.codePointCount(found.start(), found.end());
      if (end - at < text.size() && isBad(found.group())) {
        out.add(text, done, at);
        MappedText part = new MappedText(end - at);
        part.add(text, at, end);
        MappedText fixed = repair(part);
        out.add(fixed, 0, fixed.size());
        done = end;
      }
    }
    out.add(text, done, text.size());
    return out;
  }

  private static MappedText c1(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); i++) {
      out.add(Windows1252.ofC1(text.at(i)), text.from(i), text.to(i));
    }
    return out;
  }

  /**
   * A single-byte character set as ftfy has it: a table of what each byte from 80 on, and byte 1A,
   * decode to; every other byte is ASCII. Immutable.
   */
  private static final class SingleByteSet {
    private static final int SUBSTITUTE = 0x1A;
    private final String name;
    private final Map<Integer, Integer> bytes = new HashMap<>();

    /** The code points of bytes 80 to FF, then that of 1A. */
    SingleByteSet(String name, int[] table) {
      this.name = name;
      for (int i = 0; i < 128; i++) {
        bytes.put(table[i], 0x80 + i);
      }
      bytes.put(table[128], SUBSTITUTE);
    }

    /** Whether bytes without a character stand for themselves, and 1A for a lost one. */
    boolean isSloppy() {
      return name.startsWith("sloppy");
    }

    /** Mac Roman has an en dash where others have a letter. */
    boolean isMacRoman() {
      return name.equals("macroman");
    }

    /** The bytes of a text, one element each, or null where a character has none. */
    @Nullable MappedText encode(MappedText text) {
      MappedText out = new MappedText(text.size());
      for (int i = 0; i < text.size(); i++) {
        int cp = text.at(i);
        boolean ascii = cp < 0x80 && cp != SUBSTITUTE;
        Integer value = ascii ? Integer.valueOf(cp) : bytes.get(cp);
        if (value == null) {
          return null;
        }
        out.add(value, text.from(i), text.to(i));
      }
      return out;
    }
  }
}
