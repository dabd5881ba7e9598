package dev.filip.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
}
