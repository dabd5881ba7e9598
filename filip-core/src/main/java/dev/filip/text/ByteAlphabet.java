package dev.filip.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The printable character that stands for each byte in a byte-level vocabulary (GPT-2's and CLIP's
 * alphabet), and the order of the bytes in CLIP's: printable Latin-1 first, then the rest.
 */
final class ByteAlphabet {
  private static final int[] ORDER = order();
  private static final char[] CHARS = chars();
  private static final int[] BYTES = bytes();

  private ByteAlphabet() {}

  /** The bytes 0..255 in CLIP's order. */
  static int[] clipOrder() {
    return ORDER.clone();
  }

  /** The character of a byte 0..255. */
  static char toChar(int b) {
    return CHARS[b];
  }

  /** The byte of a character, or -1. */
  static int toByte(char c) {
    return c < BYTES.length ? BYTES[c] : -1;
  }

  /** The bytes a piece stands for; characters outside the alphabet as their UTF-8. */
  static byte[] bytes(String piece) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < piece.length(); ) {
      int cp = piece.codePointAt(i);
      int b = cp < BYTES.length ? BYTES[cp] : -1;
      if (b >= 0) {
        out.write(b);
      } else {
        out.writeBytes(Character.toString(cp).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(cp);
    }
    return out.toByteArray();
  }

  private static boolean printable(int b) {
    return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE && b <= 0xFF;
  }

  private static int[] order() {
    int[] order = new int[256];
    int n = 0;
    for (int pass = 0; pass < 2; pass++) {
      for (int b = 0; b < 256; b++) {
        if (printable(b) == (pass == 0)) {
          order[n++] = b;
        }
      }
    }
    return order;
  }

  private static char[] chars() {
    char[] chars = new char[256];
    char next = 256;
    for (int b : ORDER) {
      chars[b] = printable(b) ? (char) b : next++;
    }
    return chars;
  }

  private static int[] bytes() {
    int[] bytes = new int[512];
    Arrays.fill(bytes, -1);
    for (int b = 0; b < 256; b++) {
      bytes[CHARS[b]] = b;
    }
    return bytes;
  }
}
