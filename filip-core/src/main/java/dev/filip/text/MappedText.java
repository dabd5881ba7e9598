package dev.filip.text;

import java.util.Arrays;

/**
 * Code points, each with the range {@code [from, to)} of the original string (UTF-16 indices) it
 * came from. Cleaning builds one such text from another, so that tokens can be traced back. For one
 * thread.
 */
final class MappedText {
  private int[] points;
  private int[] from;
  private int[] to;
  private int size;

  MappedText(int capacity) {
    points = new int[capacity];
    from = new int[capacity];
    to = new int[capacity];
  }

  /** The text itself; a lone surrogate becomes U+FFFD. */
  static MappedText of(String text) {
    MappedText mapped = new MappedText(text.length());
    for (int i = 0; i < text.length(); ) {
      int cp = text.codePointAt(i);
      int next = i + Character.charCount(cp);
      mapped.add(cp >= 0xD800 && cp <= 0xDFFF ? 0xFFFD : cp, i, next);
      i = next;
    }
    return mapped;
  }

  int size() {
    return size;
  }

  int at(int i) {
    return points[i];
  }

  int from(int i) {
    return from[i];
  }

  int to(int i) {
    return to[i];
  }

  void add(int cp, int rangeFrom, int rangeTo) {
    if (size == points.length) {
      int capacity = Math.max(16, 2 * size);
      points = Arrays.copyOf(points, capacity);
      from = Arrays.copyOf(from, capacity);
      to = Arrays.copyOf(to, capacity);
    }
    points[size] = cp;
    from[size] = rangeFrom;
    to[size++] = rangeTo;
  }

  /** Adds element i of another text. */
  void add(MappedText other, int i) {
    add(other.points[i], other.from[i], other.to[i]);
  }

  /** Adds elements [start, end) of another text. */
  void add(MappedText other, int start, int end) {
    for (int i = start; i < end; i++) {
      add(other, i);
    }
  }

  /** Adds a text that stands for elements [start, end) of {@code other}; start &lt; end. */
  void replace(String text, MappedText other, int start, int end) {
    int rangeFrom = other.from[start];
    int rangeTo = other.to[end - 1];
    text.codePoints().forEach(cp -> add(cp, rangeFrom, rangeTo));
  }

  /** Elements [start, end) as a text of their own. */
  MappedText slice(int start, int end) {
    MappedText part = new MappedText(end - start);
    part.add(this, start, end);
    return part;
  }

  /** The code points [start, end) as a string. */
  String text(int start, int end) {
    return new String(points, start, end - start);
  }

  /** All of it. */
  String text() {
    return text(0, size);
  }

  /** The largest code point, 0 where empty. */
  int largest() {
    int largest = 0;
    for (int i = 0; i < size; i++) {
      largest = Math.max(largest, points[i]);
    }
    return largest;
  }

  /** Whether both hold the same code points, whatever their ranges. */
  boolean sameText(MappedText other) {
    return Arrays.equals(points, 0, size, other.points, 0, other.size);
  }
}
