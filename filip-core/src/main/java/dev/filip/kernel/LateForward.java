package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * One pass over all pairs: texts of similar length side by side in lanes, a group of them packed
 * once and met by many images.
 */
final class LateForward {
  /** What is made of the maxima of one pair; called by many threads, once per pair. */
  interface Visitor {
    void pair(int worker, int i, int j, int lane, Maxima maxima);
  }

  private final Tile tile;
  private final Tokens images;
  private final Tokens texts;
  private final int[] order;
  private final Visitor visitor;

  LateForward(Tile tile, Tokens images, Tokens texts, Visitor visitor) {
    Shapes.sameWidth(images.d(), texts.d());
    this.tile = tile;
    this.images = images;
    this.texts = texts;
    this.order = byLength(texts);
    this.visitor = visitor;
  }

  /** Texts, the longest first. */
  private static int[] byLength(Tokens texts) {
    return IntStream.range(0, texts.size())
        .boxed()
        .sorted(Comparator.comparingInt(i -> -texts.length(i)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  void run(Workers workers, Scratch[] scratch) {
    int groups = Math.ceilDiv(order.length, tile.lanes());
    if (groups == 0 || images.size() == 0) {
      return;
    }
    tile.begin(images, workers);
    // enough tasks that no thread waits long for the last one
    int chunks = Math.clamp(Math.ceilDiv(8 * workers.threads(), groups), 1, images.size());
    for (Scratch s : scratch) {
      s.begin();
    }
    workers.forEach(
        groups * chunks,
        (worker, task) -> {
          int chunk = task % chunks;
          int from = (int) ((long) images.size() * chunk / chunks);
          int to = (int) ((long) images.size() * (chunk + 1) / chunks);
          meet(task / chunks, from, to, worker, scratch[worker]);
        });
  }

  /** One group of texts with images {@code from} to {@code to}. */
  private void meet(int group, int from, int to, int worker, Scratch own) {
    int first = group * tile.lanes();
    if (own.packed != group) {
      own.panel.fill(texts, order, first);
      own.packed = group;
    }
    int used = Math.min(tile.lanes(), order.length - first);
    for (int i = from; i < to; i++) {
      own.maxima.ensure(images.length(i), own.panel.pairs);
      own.maxima.begin(images.length(i));
      tile.maxima(images, i, own);
      for (int l = 0; l < used; l++) {
        visitor.pair(worker, i, order[first + l], l, own.maxima);
      }
    }
  }
}
