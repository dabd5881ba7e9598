package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What one worker writes in: grown, never shrunk, never shared. */
final class Scratch {
  /** The texts being met: our own panel, or one that was packed before and is only read. */
  Panel panel;

  final Panel own;
  final Maxima maxima;

  /** Which source rows make up which gradient rows. */
  final SparseRows entries = new SparseRows();

  /** Rows of the items being read. */
  float[] source = new float[0];

  /** The same as pairs of bf16, where a tile reads them so. */
  int[] halves = new int[0];

  /** Gradient rows of a block of items. */
  float[] target = new float[0];

  /** The group of texts the panel holds, -1 for none. */
  int packed = -1;

  /** Whose item {@link #source} holds. */
  private @Nullable Tokens held;

  private int item;

  Scratch(int lanes) {
    own = new Panel(lanes);
    panel = own;
    maxima = new Maxima(lanes);
  }

  /** Nothing of an earlier call counts any more. */
  void begin() {
    packed = -1;
    panel = own;
    held = null;
  }

  /** Item i of rows, at the front of {@link #source}; the one asked for last is there already. */
  float[] load(Tokens rows, int i) {
    if (held != rows || item != i) {
      load(rows, i, i + 1, rows.length(i));
      held = rows;
      item = i;
    }
    return source;
  }

  /** Items {@code from} to {@code to}, each with room for so many tokens. */
  float[] load(Tokens rows, int from, int to, int tokens) {
    held = null;
    int stride = Math.multiplyExact(tokens, rows.d());
    int floats = Math.multiplyExact(stride, to - from);
    if (source.length < floats) {
      source = new float[floats];
    }
    for (int i = from; i < to; i++) {
      rows.copy(i, 0, rows.length(i), source, (i - from) * stride);
    }
    return source;
  }

  /** So many zeros at the front of {@link #target}. */
  float[] zeros(int floats) {
    if (target.length < floats) {
      target = new float[floats];
    }
    Arrays.fill(target, 0, floats, 0);
    return target;
  }
}
