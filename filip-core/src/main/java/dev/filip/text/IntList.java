package dev.filip.text;

import java.util.Arrays;

/** A growing array of ints. */
final class IntList {
  private int[] values = new int[8];
  private int size;

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  void addAll(int[] more) {
    for (int value : more) {
      add(value);
    }
  }

  int size() {
    return size;
  }

  int get(int i) {
    return values[i];
  }

  void set(int i, int value) {
    values[i] = value;
  }

  void remove(int i) {
    System.arraycopy(values, i + 1, values, i, --size - i);
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
