package dev.filip.kernel;

import dev.filip.tokens.Bf16;
import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Texts packed for a tile: a lane is a text, two word positions lie together. {@code values[((p * d
 * + c) * 2 + q) * lanes + l]} is dimension c of word {@code 2p + q} of lane l; {@code floor} has
 * the same order without c: 0 for a word, minus infinity for what is none, so that padding can win
 * no maximum. Scratch: one per worker, refilled.
 */
final class Panel {
  final int lanes;
  float[] values = new float[0];
  float[] floor = new float[0];
  private float[] row = new float[0];
  int d;
  int pairs;
  private final NativeBlock interleaved = new NativeBlock();
  private boolean packed;

  Panel(int lanes) {
    this.lanes = lanes;
  }

  /** Packs texts {@code order[from]} up to {@code order[from + lanes]}, or fewer at the end. */
  void fill(Tokens texts, int[] order, int from) {
    int used = Math.min(lanes, order.length - from);
    int words = 0;
    for (int l = 0; l < used; l++) {
      words = Math.max(words, texts.length(order[from + l]));
    }
    begin(texts.d(), words);
    for (int l = 0; l < used; l++) {
      int text = order[from + l];
      put(l, texts, text, 0, texts.length(text));
    }
  }

  /** Makes room for so many words of width d a lane, all of them none. */
  void begin(int d, int words) {
    this.d = d;
    pairs = (words + 1) / 2;
    packed = false;
    ensure();
    Arrays.fill(values, 0, pairs * d * 2 * lanes, 0);
    Arrays.fill(floor, 0, pairs * 2 * lanes, Float.NEGATIVE_INFINITY);
  }

  /** Puts rows {@code from} to {@code to} of a text into a lane. */
  void put(int lane, Tokens texts, int text, int from, int to) {
    for (int r = 0; r < to - from; r++) {
      texts.copy(text, from + r, 1, row, 0);
      int at = (r / 2 * d * 2 + r % 2) * lanes + lane;
      for (int c = 0; c < d; c++, at += 2 * lanes) {
        values[at] = row[c];
      }
      floor[r * lanes + lane] = 0;
    }
  }

  /**
   * The same in bf16 for a {@link Bf16Product}: blocks of so many word positions, each {@code
   * [d/2][word][lane][2]}; an odd d gets a 0.
   */
  MemorySegment interleaved(int block) {
    int even = ProductTile.even(d);
    MemorySegment to = interleaved.room(4L * pairs * lanes * even);
    if (!packed) {
      for (int r = 0; r < 2 * pairs; r++) {
        int first = r - r % block;
        int columns = Math.min(block, 2 * pairs - first) * lanes;
        long base = (long) first * lanes * even + 2L * (r - first) * lanes;
        for (int c = 0; c < even; c++) {
          interleave(to, base + (long) (c / 2) * columns * 2 + c % 2, r, c);
        }
      }
      packed = true;
    }
    return to;
  }

  private void interleave(MemorySegment to, long at, int r, int c) {
    int from = ((r / 2 * d + c) * 2 + r % 2) * lanes;
    for (int l = 0; l < lanes; l++) {
      short value = c < d ? Bf16.of(values[from + l]) : 0;
      to.setAtIndex(ValueLayout.JAVA_SHORT, at + 2L * l, value);
    }
  }

  private void ensure() {
    int need = Math.multiplyExact(pairs * 2 * lanes, d);
    if (values.length < need) {
      values = new float[need];
    }
    if (floor.length < pairs * 2 * lanes) {
      floor = new float[pairs * 2 * lanes];
    }
    if (row.length < d) {
      row = new float[d];
    }
  }
}
