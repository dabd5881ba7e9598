package dev.filip.text;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The fixes of Python's ftfy 6.3 in its order: HTML entities, mojibake, C1 controls, Latin
 * ligatures, character width, curly quotes, line breaks, terminal escapes, control characters, NFC;
 * line by line, until nothing changes; with its guessing repair of {@link Mojibake} or without.
 */
final class FtfyFixes {
  private static final Map<Integer, String> LIGATURES = ligatures();
  private static final int ESCAPE = 0x1B;

  private FtfyFixes() {}

  static MappedText apply(MappedText text) {
    return apply(text, Mojibake::repair);
  }

  /** Whether the repair of mojibake takes part in what {@link #apply} does to a text. */
  static boolean repairsMojibake(MappedText text) {
    return !apply(text).sameText(apply(text, UnaryOperator.identity()));
  }

  private static MappedText apply(MappedText text, UnaryOperator<MappedText> repair) {
    MappedText out = new MappedText(text.size());
    // as in ftfy: from the first line with a "<" on, entities are left to HtmlReferences
    boolean entities = true;
    for (int start = 0; start < text.size(); ) {
      int end = start;
      while (end < text.size() && text.at(end) != '\n') {
        entities &= text.at(end) != '<';
        end++;
      }
      end = Math.min(text.size(), end + 1);
      MappedText line = new MappedText(end - start);
      line.add(text, start, end);
      MappedText fixed = line(line, entities, repair);
      out.add(fixed, 0, fixed.size());
      start = end;
    }
    return out;
  }

  private static MappedText line(
      MappedText line, boolean entities, UnaryOperator<MappedText> repair) {
    MappedText before = line;
    while (true) {
      MappedText after = entities ? HtmlReferences.unescapeStrictly(before) : before;
      after = characters(repair.apply(after));
      after = Nfc.of(controls(escapes(lineBreaks(after))));
      if (after.sameText(before)) {
        return after;
      }
      before = after;
    }
  }

  /** C1 controls, ligatures, widths and quotes: one code point at a time. */
  private static MappedText characters(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); i++) {
      int cp = Windows1252.ofC1(text.at(i));
      String more = expanded(cp);
      if (more == null) {
        out.add(straight(cp), text.from(i), text.to(i));
      } else {
        int at = i;
        more.codePoints().forEach(c -> out.add(straight(c), text.from(at), text.to(at)));
      }
    }
    return out;
  }

  private static @Nullable String expanded(int cp) {
    if (cp < 0x132) {
      return null;
    }
    if (cp >= 0xFF01 && cp < 0xFFF0) {
      return Normalizer.normalize(Character.toString(cp), Normalizer.Form.NFKC);
    }
    return cp == 0x3000 ? " " : LIGATURES.get(cp);
  }

  private static int straight(int cp) {
    if (cp == 0x2BC || cp >= 0x2018 && cp <= 0x201B) {
      return '\'';
    }
    return cp >= 0x201C && cp <= 0x201F ? '"' : cp;
  }

  private static Map<Integer, String> ligatures() {
    Map<Integer, String> map = new HashMap<>();
    String[] pairs = {
      "\u0132", "IJ", "\u0133", "ij", "\u0149", "\u02BCn", "\u01F1", "DZ", "\u01F2", "Dz", "\u01F3",
      "dz", "\u01C4", "D\u017D", "\u01C5", "D\u017E", "\u01C6", "d\u017E", "\u01C7", "LJ", "\u01C8",
      "Lj", "\u01C9", "lj", "\u01CA", "NJ", "\u01CB", "Nj", "\u01CC", "nj", "\uFB00", "ff",
      "\uFB01", "fi", "\uFB02", "fl", "\uFB03", "ffi", "\uFB04", "ffl", "\uFB05", "\u017Ft",
      "\uFB06", "st",
    };
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((int) pairs[i].charAt(0), pairs[i + 1]);
    }
    return map;
  }

  private static MappedText lineBreaks(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); i++) {
      int cp = text.at(i);
      if (cp == '\r' && i + 1 < text.size() && text.at(i + 1) == '\n') {
        out.replace("\n", text, i, i + 2);
        i++;
      } else {
        boolean ends = cp == '\r' || cp == 0x2028 || cp == 0x2029 || cp == 0x85;
        out.add(ends ? '\n' : cp, text.from(i), text.to(i));
      }
    }
    return out;
  }

  /** Removes what colours a terminal: ESC [ digits and semicolons, a letter. */
  private static MappedText escapes(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); ) {
      int end = text.at(i) == ESCAPE ? escapeEnd(text, i + 1) : -1;
      if (end > 0) {
        i = end;
      } else {
        out.add(text, i++);
      }
    }
    return out;
  }

  private static int escapeEnd(MappedText text, int i) {
    if (i >= text.size() || text.at(i) != '[') {
      return -1;
    }
    int end = i + 1;
    while (end < text.size() && (Character.isDigit(text.at(end)) || text.at(end) == ';')) {
      end++;
    }
    int letter = end < text.size() ? text.at(end) | 0x20 : 0;
    return letter >= 'a' && letter <= 'z' ? end + 1 : -1;
  }

  private static MappedText controls(MappedText text) {
    MappedText out = new MappedText(text.size());
    for (int i = 0; i < text.size(); i++) {
      if (!isControl(text.at(i))) {
        out.add(text, i);
      }
    }
    return out;
  }

  private static boolean isControl(int cp) {
    return cp < 0x09
        || cp == 0x0B
        || cp >= 0x0E && cp < 0x20
        || cp == 0x7F
        || cp >= 0x206A && cp <= 0x206F
        || cp == 0xFEFF
        || cp >= 0xFFF9 && cp <= 0xFFFC;
  }
}
