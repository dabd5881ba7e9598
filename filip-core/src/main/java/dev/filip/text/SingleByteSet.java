package dev.filip.text;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A single-byte character set as ftfy has it: a table of what each byte from 80 on, and byte 1A,
 * decode to; every other byte is ASCII. Immutable.
 */
final class SingleByteSet {
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
