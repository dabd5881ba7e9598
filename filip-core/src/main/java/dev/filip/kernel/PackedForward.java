package dev.filip.kernel;

import dev.filip.tokens.Tokens;

/**
 * Scores of images with packed texts, level by level: what texts begin with meets an image first,
 * and those that go on from there take up its maxima. A maximum has no order, and a sum over words
 * goes on in theirs, so that every score is that of the text by itself, bit by bit.
 */
final class PackedForward {
  /** Most bytes of maxima that are kept for the level below; a block of images has them at once. */
  private static final long KEPT = 32L << 20;

  /** Bytes of panels that an image meets one after the other: they stay in second-level cache. */
  private static final long PANELS = 384L << 10;

  private final Tile tile;
  private final Tokens images;
  private final PackedTexts texts;
  private final float[] sImage;
  private final float[] sText;

  /**
   * What inner nodes of a level leave, by image of the block and node.
   *
   * @param patches {@code [images, inner nodes, n]} maxima
   * @param words {@code [images, inner nodes]} sums of maxima
   */
  private record Kept(int inners, int n, float[] patches, double[] words) {
    Kept(int images, int inners, int n) {
      this(
          inners,
          n,
          new float[Math.multiplyExact(Math.multiplyExact(images, inners), n)],
          new double[images * inners]);
    }

    int cell(int image, int inner) {
      return image * inners + inner;
    }
  }

  PackedForward(Tile tile, Tokens images, PackedTexts texts, float[] sImage, float[] sText) {
    Shapes.sameWidth(images.d(), texts.d());
    this.tile = tile;
    this.images = images;
    this.texts = texts;
    this.sImage = sImage;
    this.sText = sText;
  }

  void run(Workers workers, Scratch[] scratch) {
    if (texts.size() == 0 || images.size() == 0) {
      return;
    }
    tile.begin(images, workers);
    for (Scratch own : scratch) {
      own.begin();
    }
    long inners = texts.levels.stream().mapToLong(PackedTexts.Level::inners).max().orElse(0);
    long bytes = Math.max(1, 2 * inners * images.longest() * Float.BYTES);
    int block = Math.clamp(KEPT / bytes, 1, images.size());
    for (int from = 0; from < images.size(); from += block) {
      block(from, Math.min(images.size(), from + block), workers, scratch);
    }
  }

  private void block(int from, int to, Workers workers, Scratch[] scratch) {
    Kept above = new Kept(0, 0, 0);
    for (PackedTexts.Level level : texts.levels) {
      Kept before = above;
      Kept kept = new Kept(to - from, level.inners(), images.longest());
      int panels = level.panels().length;
      int together = together(level);
      int groups = Math.ceilDiv(panels, together);
      // enough tasks that no thread waits long for the last one
      int chunks = Math.clamp(Math.ceilDiv(8 * workers.threads(), groups), 1, to - from);
      workers.forEach(
          groups * chunks,
          (worker, task) -> {
            int first = task / chunks * together;
            int chunk = task % chunks;
            int low = from + (int) ((long) (to - from) * chunk / chunks);
            int high = from + (int) ((long) (to - from) * (chunk + 1) / chunks);
            for (int i = low; i < high; i++) {
              for (int p = first; p < Math.min(panels, first + together); p++) {
                meet(i, i - from, level, p, before, kept, scratch[worker]);
              }
            }
          });
      above = kept;
    }
  }

  private int together(PackedTexts.Level level) {
    Panel longest = level.panels()[0];
    long bytes = Math.max(1, 2L * longest.pairs * longest.lanes * texts.d() * Float.BYTES);
    return Math.clamp(PANELS / bytes, 1, level.panels().length);
  }

  /** Image i, the block's number {@code at}, with one panel. */
  private void meet(
      int i, int at, PackedTexts.Level level, int p, Kept above, Kept kept, Scratch own) {
    int n = images.length(i);
    Maxima maxima = own.maxima;
    own.panel = level.panels()[p];
    maxima.ensure(n, own.panel.pairs);
    maxima.begin(n);
    int first = p * texts.lanes();
    int used = Math.min(texts.lanes(), level.nodes().size() - first);
    for (int l = 0; l < used; l++) {
      take(level.nodes().get(first + l).parent(), at, n, l, above, maxima);
    }
    tile.maxima(images, i, own);
    for (int l = 0; l < used; l++) {
      PrefixTree.Node node = level.nodes().get(first + l);
      double before = node.parent() < 0 ? 0 : above.words[above.cell(at, node.parent())];
      double words = maxima.sum(before, maxima.wordBest, node.rows(), l);
      if (node.leaf()) {
        int pair = i * texts.size() + node.text();
        sImage[pair] = maxima.mean(maxima.patchBest, n, l);
        sText[pair] = (float) (words / texts.length(node.text()));
      } else {
        give(node.inner(), at, n, l, words, kept, maxima);
      }
    }
  }

  /** A lane goes on where its parent ended. */
  private static void take(int parent, int at, int n, int lane, Kept above, Maxima maxima) {
    if (parent >= 0) {
      int from = above.cell(at, parent) * above.n;
      for (int k = 0, to = lane; k < n; k++, to += maxima.lanes) {
        maxima.patchBest[to] = above.patches[from + k];
      }
    }
  }

  private static void give(
      int inner, int at, int n, int lane, double words, Kept kept, Maxima maxima) {
    int cell = kept.cell(at, inner);
    kept.words[cell] = words;
    for (int k = 0, from = lane; k < n; k++, from += maxima.lanes) {
      kept.patches[cell * kept.n + k] = maxima.patchBest[from];
    }
  }
}
