package dev.filip.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Late interaction of all images with all texts without ever holding their {@code [n,m]} products:
 * each tile of them is reduced to maxima while it is in cache. {@link #match} gives the two scores
 * of every pair and remembers who won; {@link #gradient} then touches the winners only. Owns its
 * threads and scratch memory; the answer is bit-equal for any number of threads. One call at a
 * time; finite input (a NaN wins no maximum: ask {@link #finite} first).
 */
public final class LateKernel implements AutoCloseable {
  private final Tile tile;
  private final Workers workers;
  private final Scratch[] scratch;
  private final Winners winners = new Winners();

  /** On at most {@code threads} threads, the caller's among them. */
  public LateKernel(int threads) {
    this(Kernels.tile(), threads);
  }

  LateKernel(Tile tile, int threads) {
    this.tile = tile;
    workers = new Workers(threads);
    scratch = new Scratch[threads];
    Arrays.setAll(scratch, _ -> new Scratch(tile.lanes()));
  }

  /** Scores of every pair; nothing is kept. */
  public PairScores scores(TokenRows images, TokenRows texts) {
    Shapes.sameWidth(images.d(), texts.d());
    return new LateForward(tile, images, texts, null).run(workers, scratch);
  }

  /** Scores of every pair; the winners are kept for {@link #gradient} until the next call. */
  public PairScores match(TokenRows images, TokenRows texts) {
    Shapes.sameWidth(images.d(), texts.d());
    winners.shape(images.size(), texts.size(), images.longest(), texts.longest());
    return new LateForward(tile, images, texts, winners).run(workers, scratch);
  }

  /** The best word of each patch of pair (i, j) of the last match, n being the patches of i. */
  public int[] words(int i, int j, int n) {
    int[] word = new int[n];
    for (int k = 0; k < n; k++) {
      word[k] = winners.get(winners.cell(i, j) + k);
    }
    return word;
  }

  /**
   * Gradients of the tokens from those of the scores, by the winners of the last {@link #match} of
   * the same images and texts.
   *
   * @param dsImage {@code [images,texts]} derivative by each pair's image score
   * @param dsText the same by its text score
   * @param dImages where image gradients go, laid out as {@code images}; rows no item owns are left
   * @param dTexts where text gradients go
   */
  public void gradient(
      TokenRows images,
      TokenRows texts,
      float[] dsImage,
      float[] dsText,
      MemorySegment dImages,
      MemorySegment dTexts) {
    int pairs = Math.multiplyExact(images.size(), texts.size());
    if (dsImage.length != pairs || dsText.length != pairs) {
      throw new IllegalArgumentException(
          "score gradients must be [images,texts] = "
              + pairs
              + ", got "
              + dsImage.length
              + " and "
              + dsText.length);
    }
    LateBackward backward = new LateBackward(tile, winners, images, texts, dsImage, dsText);
    backward.images(workers, scratch, dImages);
    backward.texts(workers, scratch, dTexts);
  }

  /** Whether every owned number is finite. */
  public boolean finite(TokenRows rows) {
    boolean[] finite = new boolean[rows.size()];
    workers.forEach(
        rows.size(),
        (worker, i) ->
            finite[i] = tile.finite(scratch[worker].load(rows, i), rows.length()[i] * rows.d()));
    boolean all = true;
    for (boolean f : finite) {
      all &= f;
    }
    return all;
  }

  /** Bytes of winners held between calls: images x texts x (n + m), or twice that. */
  public long bytes() {
    return winners.bytes();
  }

  @Override
  public void close() {
    workers.close();
    winners.close();
  }
}
