package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Token gradients from score gradients: a maximum passes its gradient to the two tokens that made
 * it, so of the n x m products of a pair only n + m count. Each side is one pass in which a task
 * owns a block of output items and meets all items of the other side in order, some at a time: the
 * winners of one output item among them are a sparse matrix, and its product with their tokens is
 * made row by row in registers. No two threads write one row, and the order of sums depends on
 * sizes only.
 */
final class LateBackward {
  /**
   * Items read together: half a MiB, as pairs of bf16 a quarter, so that their rows stay in
   * second-level cache.
   */
  private static final int READ_FLOATS = 1 << 17;

  /** Rows written together: as many again read what was loaded once. */
  private static final int WRITE_FLOATS = 1 << 20;

  private final Tile tile;
  private final Winners winners;
  private final Tokens images;
  private final Tokens texts;
  private final float[] dsImage;
  private final float[] dsText;

  LateBackward(
      Tile tile, Winners winners, Tokens images, Tokens texts, float[] dsImage, float[] dsText) {
    this.tile = tile;
    this.winners = winners;
    this.images = images;
    this.texts = texts;
    this.dsImage = dsImage;
    this.dsText = dsText;
  }

  void images(Workers workers, Scratch[] scratch, MemorySegment out) {
    pass(workers, scratch, images, texts, out, false, this::intoImage);
  }

  /**
   * The texts' share.
   *
   * @param more goes on with the sums that {@code out} holds of earlier images
   */
  void texts(Workers workers, Scratch[] scratch, MemorySegment out, boolean more) {
    pass(workers, scratch, texts, images, out, more, this::intoText);
  }

  /** Items of one side whose rows are read together: sums are the same in blocks of as many. */
  static int readTogether(Tokens rows) {
    return items(rows, READ_FLOATS);
  }

  /** Adds what one pair gives to its own item. */
  private interface Pair {
    void add(SparseRows entries, int own, int other);
  }

  private static int items(Tokens rows, int floats) {
    return Math.clamp(floats / Math.max(1, rows.longest() * rows.d()), 1, 64);
  }

  private void pass(
      Workers workers,
      Scratch[] scratch,
      Tokens own,
      Tokens other,
      MemorySegment out,
      boolean more,
      Pair pair) {
    int most = Math.ceilDiv(own.size(), 2 * workers.threads());
    int block = Math.min(items(own, WRITE_FLOATS), Math.max(1, most));
    workers.forEach(
        Math.ceilDiv(own.size(), block),
        (worker, task) -> {
          int from = task * block;
          int to = Math.min(own.size(), from + block);
          rows(from, to, own, other, scratch[worker], out, more, pair);
        });
  }

  private void rows(
      int from,
      int to,
      Tokens own,
      Tokens other,
      Scratch s,
      MemorySegment out,
      boolean more,
      Pair pair) {
    int d = own.d();
    int stride = own.longest() * d;
    int together = items(other, READ_FLOATS);
    float[] target = s.zeros((to - from) * stride);
    for (int i = from; more && i < to; i++) {
      load(own, i, target, (i - from) * stride, out);
    }
    for (int o = 0; o < other.size(); o += together) {
      int end = Math.min(other.size(), o + together);
      tile.read(other, o, end, s);
      for (int i = from; i < to; i++) {
        s.entries.clear(own.length(i), end - o, other.longest());
        for (int p = o; p < end; p++) {
          pair.add(s.entries, i, p);
        }
        s.entries.sort(other.longest() * d, d);
        for (int k = 0; k < own.length(i); k++) {
          tile.combine(s, k, (i - from) * stride + k * d, d);
        }
      }
    }
    for (int i = from; i < to; i++) {
      store(own, i, target, (i - from) * stride, out);
    }
  }

  private static void load(Tokens own, int i, float[] target, int at, MemorySegment out) {
    long from = own.start(i) * own.d() * Float.BYTES;
    int floats = own.length(i) * own.d();
    MemorySegment.copy(out, ValueLayout.JAVA_FLOAT_UNALIGNED, from, target, at, floats);
  }

  private static void store(Tokens own, int i, float[] target, int at, MemorySegment out) {
    long to = own.start(i) * own.d() * Float.BYTES;
    int floats = own.length(i) * own.d();
    MemorySegment.copy(target, at, out, ValueLayout.JAVA_FLOAT_UNALIGNED, to, floats);
  }

  private void intoImage(SparseRows entries, int i, int j) {
    int n = images.length(i);
    int m = texts.length(j);
    int pair = i * texts.size() + j;
    long cell = winners.cell(i, j);
    entries.add(winners, cell, dsImage[pair] / n, cell + n, dsText[pair] / m, m);
  }

  private void intoText(SparseRows entries, int j, int i) {
    int n = images.length(i);
    int m = texts.length(j);
    int pair = i * texts.size() + j;
    long cell = winners.cell(i, j);
    entries.add(winners, cell + n, dsText[pair] / m, cell, dsImage[pair] / n, n);
  }
}
