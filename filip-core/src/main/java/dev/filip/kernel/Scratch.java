package dev.filip.kernel;

import java.util.Arrays;

/** What one worker writes in: grown, never shrunk, never shared. */
final class Scratch {
  final Panel panel;
  final Maxima maxima;

  /** Rows of one item being read. */
  float[] source = new float[0];

  /** Gradient rows of a block of items. */
  float[] target = new float[0];

  /** The group of texts the panel holds, -1 for none. */
  int packed = -1;

  Scratch(int lanes) {
    panel = new Panel(lanes);
    maxima = new Maxima(lanes);
  }

  /** Item i of rows, at the front of {@link #source}. */
  float[] load(TokenRows rows, int i) {
    int floats = Math.multiplyExact(rows.length()[i], rows.d());
    if (source.length < floats) {
      source = new float[floats];
    }
    rows.copy(i, source);
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
