package dev.filip.data;

import java.io.IOException;
import java.io.Reader;

/**
 * The text of a table without the white space between a separator and the quote that begins a field
 * ({@code a.jpg, "a dog, a cat"}), which hides the quote from a strict reader of tables. Lines stay
 * what they are. Used by one thread.
 */
final class SpacedQuotes extends Reader {
  /** White space that may turn out to stand before a quote; more of it is a field. */
  private static final int MOST_HELD = 1024;

  /** Where in a field the next character stands. */
  private enum Place {
    BEGIN,
    PLAIN,
    QUOTED,
    /** After a quote within quotes: one that ends the field, or the first of two. */
    CLOSED
  }

  private final Reader in;
  private final char separator;
  private final char[] read = new char[1 << 13];
  private final char[] out = new char[read.length + MOST_HELD];
  private final StringBuilder held = new StringBuilder();
  private Place place = Place.BEGIN;
  private int at;
  private int end;

  SpacedQuotes(Reader in, char separator) {
    this.in = in;
    this.separator = separator;
  }

  @Override
  public int read(char[] into, int from, int count) throws IOException {
    while (at == end) {
      int got = in.read(read, 0, read.length);
      at = 0;
      end = 0;
      if (got < 0 && held.isEmpty()) {
        return -1;
      }
      for (int i = 0; i < got; i++) {
        take(read[i]);
      }
      if (got < 0) {
        letGo();
      }
    }
    int given = Math.min(count, end - at);
    System.arraycopy(out, at, into, from, given);
    at += given;
    return given;
  }

  private void take(char c) {
    boolean over = c == separator || c == '\n' || c == '\r';
    switch (place) {
      case BEGIN -> begin(c, over);
      case PLAIN -> put(c, over ? Place.BEGIN : Place.PLAIN);
      case QUOTED -> put(c, c == '"' ? Place.CLOSED : Place.QUOTED);
      case CLOSED -> put(c, c == '"' ? Place.QUOTED : over ? Place.BEGIN : Place.PLAIN);
    }
  }

  private void begin(char c, boolean over) {
    if ((c == ' ' || c == '\t') && !over && held.length() < MOST_HELD) {
      held.append(c);
    } else if (c == '"') {
      held.setLength(0);
      put(c, Place.QUOTED);
    } else {
      letGo();
      put(c, over ? Place.BEGIN : Place.PLAIN);
    }
  }

  private void letGo() {
    held.getChars(0, held.length(), out, end);
    end += held.length();
    held.setLength(0);
  }

  private void put(char c, Place next) {
    out[end++] = c;
    place = next;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
