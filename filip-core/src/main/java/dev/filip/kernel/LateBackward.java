package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Token gradients from score gradients: a maximum passes its gradient to the two tokens that made
 * it, so of the n x m products of a pair only n + m count. Each side is one pass in which a task
 * owns a block of output items and meets all items of the other side in order: no two threads write
 * one row, and the order of sums is fixed.
 */
final class LateBackward {
  /** Output rows of a block stay in a core's second-level cache. */
  private static final int BLOCK_FLOATS = 1 << 17;

  private final Tile tile;
  private final Winners winners;
  private final TokenRows images;
  private final TokenRows texts;
  private final float[] dsImage;
  private final float[] dsText;

  LateBackward(
      Tile tile,
      Winners winners,
      TokenRows images,
      TokenRows texts,
      float[] dsImage,
      float[] dsText) {
    this.tile = tile;
    this.winners = winners;
    this.images = images;
    this.texts = texts;
    this.dsImage = dsImage;
    this.dsText = dsText;
  }

  void images(Workers workers, Scratch[] scratch, MemorySegment out) {
    pass(workers, scratch, images, texts, out, this::intoImage);
  }

  void texts(Workers workers, Scratch[] scratch, MemorySegment out) {
    pass(workers, scratch, texts, images, out, this::intoText);
  }

  /** Adds what pair (own, other) gives to the rows of {@code own} that begin at {@code at}. */
  private interface Pair {
    void add(int own, int other, float[] otherRows, float[] target, int at);
  }

  private void pass(
      Workers workers,
      Scratch[] scratch,
      TokenRows own,
      TokenRows other,
      MemorySegment out,
      Pair pair) {
    int itemFloats = Math.multiplyExact(own.longest(), own.d());
    int most = Math.ceilDiv(own.size(), 2 * workers.threads());
    int block = Math.clamp(BLOCK_FLOATS / itemFloats, 1, Math.max(1, most));
    workers.forEach(
        Math.ceilDiv(own.size(), block),
        (worker, task) -> {
          int from = task * block;
          int to = Math.min(own.size(), from + block);
          Scratch s = scratch[worker];
          float[] target = s.zeros((to - from) * itemFloats);
          for (int o = 0; o < other.size(); o++) {
            float[] rows = s.load(other, o);
            for (int i = from; i < to; i++) {
              pair.add(i, o, rows, target, (i - from) * itemFloats);
            }
          }
          for (int i = from; i < to; i++) {
            store(own, i, target, (i - from) * itemFloats, out);
          }
        });
  }

  private static void store(TokenRows own, int i, float[] target, int at, MemorySegment out) {
    long to = (long) own.start()[i] * own.d() * Float.BYTES;
    int floats = own.length()[i] * own.d();
    MemorySegment.copy(target, at, out, ValueLayout.JAVA_FLOAT_UNALIGNED, to, floats);
  }

  private void intoImage(int i, int j, float[] text, float[] target, int at) {
    int n = images.length()[i];
    int m = texts.length()[j];
    int pair = i * texts.size() + j;
    long cell = winners.cell(i, j);
    each(dsImage[pair] / n, cell, n, text, target, at);
    toWinner(dsText[pair] / m, cell + n, m, text, target, at);
  }

  private void intoText(int j, int i, float[] image, float[] target, int at) {
    int n = images.length()[i];
    int m = texts.length()[j];
    int pair = i * texts.size() + j;
    long cell = winners.cell(i, j);
    each(dsText[pair] / m, cell + n, m, image, target, at);
    toWinner(dsImage[pair] / n, cell, n, image, target, at);
  }

  /** Each own token gets w times the token it chose. */
  private void each(float w, long cell, int tokens, float[] other, float[] target, int at) {
    if (w == 0) {
      return;
    }
    int d = images.d();
    for (int k = 0; k < tokens; k++) {
      tile.axpy(w, other, winners.get(cell + k) * d, target, at + k * d, d);
    }
  }

  /** Each token of the other side gives w times itself to the own token it chose. */
  private void toWinner(float w, long cell, int tokens, float[] other, float[] target, int at) {
    if (w == 0) {
      return;
    }
    int d = images.d();
    for (int r = 0; r < tokens; r++) {
      tile.axpy(w, other, r * d, target, at + winners.get(cell + r) * d, d);
    }
  }
}
