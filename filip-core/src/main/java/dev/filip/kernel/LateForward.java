package dev.filip.kernel;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One pass over all pairs: texts of similar length side by side in lanes, a group of them packed
 * once and met by many images. A task owns the scores and winners of its pairs.
 */
final class LateForward {
  private final Tile tile;
  private final TokenRows images;
  private final TokenRows texts;
  private final @Nullable Winners winners;
  private final int[] order;
  private final PairScores scores;

  LateForward(Tile tile, TokenRows images, TokenRows texts, @Nullable Winners winners) {
    this.tile = tile;
    this.images = images;
    this.texts = texts;
    this.winners = winners;
    order = byLength(texts);
    int pairs = Math.multiplyExact(images.size(), texts.size());
    scores = new PairScores(images.size(), texts.size(), new float[pairs], new float[pairs]);
  }

  private static int[] byLength(TokenRows texts) {
    return IntStream.range(0, texts.size())
        .boxed()
        .sorted(Comparator.comparingInt(i -> -texts.length()[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  PairScores run(Workers workers, Scratch[] scratch) {
    int groups = Math.ceilDiv(order.length, tile.lanes());
    if (groups == 0 || images.size() == 0) {
      return scores;
    }
    // enough tasks that no thread waits long for the last one
    int chunks = Math.clamp(Math.ceilDiv(8 * workers.threads(), groups), 1, images.size());
    for (Scratch s : scratch) {
      s.packed = -1;
    }
    workers.forEach(
        groups * chunks,
        (worker, task) -> {
          int chunk = task % chunks;
          int from = (int) ((long) images.size() * chunk / chunks);
          int to = (int) ((long) images.size() * (chunk + 1) / chunks);
          meet(task / chunks, from, to, scratch[worker]);
        });
    return scores;
  }

  /** One group of texts with images {@code from} to {@code to}. */
  private void meet(int group, int from, int to, Scratch own) {
    int first = group * tile.lanes();
    if (own.packed != group) {
      own.panel.fill(texts, order, first);
      own.packed = group;
    }
    int used = Math.min(tile.lanes(), order.length - first);
    for (int i = from; i < to; i++) {
      int n = images.length()[i];
      float[] image = own.load(images, i);
      own.maxima.ensure(n, own.panel.pairs);
      tile.maxima(image, n, own.panel, own.maxima);
      for (int l = 0; l < used; l++) {
        score(i, order[first + l], l, own.maxima);
        if (winners != null) {
          remember(winners, i, order[first + l], l, own.maxima);
        }
      }
    }
  }

  private void score(int i, int j, int lane, Maxima maxima) {
    int at = i * texts.size() + j;
    int n = images.length()[i];
    int m = texts.length()[j];
    scores.sImage()[at] = (float) (sum(maxima.patchBest, n, lane) / n);
    scores.sText()[at] = (float) (sum(maxima.wordBest, m, lane) / m);
  }

  private double sum(float[] best, int tokens, int lane) {
    double sum = 0;
    for (int k = 0, at = lane; k < tokens; k++, at += tile.lanes()) {
      sum += best[at];
    }
    return sum;
  }

  private void remember(Winners to, int i, int j, int lane, Maxima maxima) {
    int n = images.length()[i];
    long cell = to.cell(i, j);
    for (int k = 0; k < n; k++) {
      to.set(cell + k, maxima.patchWord[k * tile.lanes() + lane]);
    }
    for (int r = 0; r < texts.length()[j]; r++) {
      to.set(cell + n + r, maxima.wordPatch[r * tile.lanes() + lane]);
    }
  }
}
