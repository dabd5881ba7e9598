package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Late interaction of all images with all texts without ever holding their {@code [n,m]} products:
 * each tile of them is reduced to maxima while it is in cache. {@link #match} gives the two scores
 * of every pair and remembers who won, or, where those indices would take too many bytes, finds
 * them again for some images at a time; {@link #gradient} then touches the winners only. Owns its
 * threads and scratch memory; the answer is bit-equal for any number of threads. One call at a
 * time; finite input (a NaN wins no maximum: ask {@link #finite} first).
 */
public final class LateKernel implements AutoCloseable {
  private final Tile tile;
  private final Workers workers;
  private final Scratch[] scratch;
  private final Winners winners = new Winners();
  private final long most;
  private @Nullable Matched matched;

  /** What was matched last, and images whose winners are held together. */
  private record Matched(Tokens images, Tokens texts, int together) {
    boolean whole() {
      return together >= images.size();
    }
  }

  /** Most bytes of winners that are held. */
  public static final long MOST_WINNERS = 256L << 20;

  /** On at most {@code threads} threads, the caller's among them. */
  public LateKernel(int threads) {
    this(Kernels.tile(), threads);
  }

  /** The same with another bound on the bytes of winners. */
  public LateKernel(int threads, long mostWinners) {
    this(Kernels.tile(), threads, mostWinners);
  }

  /** The same of features rounded to bf16, where a machine multiplies those faster. */
  public static LateKernel bf16(Bf16Product product, int threads) {
    return new LateKernel(Kernels.tile(product), threads);
  }

  LateKernel(Tile tile, int threads) {
    this(tile, threads, MOST_WINNERS);
  }

  private LateKernel(Tile tile, int threads, long mostWinners) {
    this.most = mostWinners;
    this.tile = tile;
    workers = new Workers(threads);
    scratch = new Scratch[threads];
    Arrays.setAll(scratch, _ -> new Scratch(tile.lanes()));
  }

  /** Scores of every pair; nothing is kept. */
  public PairScores scores(Tokens images, Tokens texts) {
    PairScores scores = empty(images, texts);
    visit(
        images, texts, (_, i, j, lane, maxima) -> score(scores, images, i, texts, j, lane, maxima));
    return scores;
  }

  /**
   * Packs texts once for many calls of {@link #scores(Tokens, PackedTexts, float[], float[])}; a
   * kernel that {@link #rounds} cannot.
   */
  public PackedTexts pack(Tokens texts) {
    if (rounds()) {
      throw new IllegalStateException("a kernel of bf16 products packs texts call by call");
    }
    return new PackedTexts(texts, tile.lanes(), workers);
  }

  /**
   * Scores of every image with every packed text, bit-equal to those of {@link #scores(Tokens,
   * Tokens)} however the pairs are cut into blocks.
   *
   * @param sImage where image scores go, {@code [images,texts]} row-major from the front; may be
   *     longer
   * @param sText the same of text scores
   */
  public void scores(Tokens images, PackedTexts texts, float[] sImage, float[] sText) {
    if (texts.lanes() != tile.lanes()) {
      throw new IllegalArgumentException(
          "texts were packed for " + texts.lanes() + " lanes, this kernel has " + tile.lanes());
    }
    int pairs = Math.multiplyExact(images.size(), texts.size());
    if (Math.min(sImage.length, sText.length) < pairs) {
      throw new IllegalArgumentException(
          "scores need room for [images,texts] = "
              + pairs
              + ", got "
              + sImage.length
              + " and "
              + sText.length);
    }
    new PackedForward(tile, images, texts, sImage, sText).run(workers, scratch);
  }

  /**
   * Scores of every pair; the winners, if they fit, and the rows themselves are kept for {@link
   * #gradient} until the next call.
   */
  public PairScores match(Tokens images, Tokens texts) {
    Matched now = new Matched(images, texts, together(images, texts));
    matched = now;
    return now.whole() ? keep(images, texts) : scores(images, texts);
  }

  /** Bytes of the winners of all pairs. */
  public static long winners(int images, int texts, int n, int m) {
    return Winners.bytes(images, texts, n, m);
  }

  /** Images whose winners fit the bound: whole groups of those that a text's sum reads together. */
  private int together(Tokens images, Tokens texts) {
    long one = winners(1, texts.size(), images.longest(), texts.longest());
    long fit = most / Math.max(1, one);
    if (fit >= images.size()) {
      return images.size();
    }
    int group = LateBackward.readTogether(images);
    return Math.toIntExact(Math.max(1, fit < group ? fit : fit - fit % group));
  }

  private PairScores keep(Tokens images, Tokens texts) {
    winners.shape(images.size(), texts.size(), images.longest(), texts.longest());
    PairScores scores = empty(images, texts);
    visit(
        images,
        texts,
        (_, i, j, lane, maxima) -> {
          score(scores, images, i, texts, j, lane, maxima);
          winners.put(i, images.length(i), j, texts.length(j), lane, maxima);
        });
    return scores;
  }

  /** The best match of every token among all tokens of the other side. */
  public TokenMaxima maxima(Tokens images, Tokens texts) {
    MaximaMerge merge = new MaximaMerge(images, texts, workers.threads());
    visit(images, texts, merge);
    return merge.merged();
  }

  private void visit(Tokens images, Tokens texts, LateForward.Visitor visitor) {
    new LateForward(tile, images, texts, visitor).run(workers, scratch);
  }

  private static PairScores empty(Tokens images, Tokens texts) {
    int pairs = Math.multiplyExact(images.size(), texts.size());
    return new PairScores(images.size(), texts.size(), new float[pairs], new float[pairs]);
  }

  private static void score(
      PairScores to, Tokens images, int i, Tokens texts, int j, int lane, Maxima maxima) {
    int at = i * texts.size() + j;
    to.sImage()[at] = maxima.mean(maxima.patchBest, images.length(i), lane);
    to.sText()[at] = maxima.mean(maxima.wordBest, texts.length(j), lane);
  }

  /** The best word of each patch of pair (i, j) of the last match, n being the patches of i. */
  public int[] words(int i, int j, int n) {
    Matched last = Objects.requireNonNull(matched, "match first");
    int[] word = new int[n];
    if (last.whole()) {
      winners.read(winners.cell(i, j), n, word, 0);
    } else {
      keep(last.images.slice(i, i + 1), last.texts.slice(j, j + 1));
      winners.read(winners.cell(0, 0), n, word, 0);
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
      Tokens images,
      Tokens texts,
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
    int together = Objects.requireNonNull(matched, "match first").together;
    for (int from = 0; from < images.size(); from += together) {
      int to = Math.min(images.size(), from + together);
      Tokens part = together >= images.size() ? images : images.slice(from, to);
      if (part != images) {
        keep(part, texts);
      }
      int low = from * texts.size();
      int high = to * texts.size();
      LateBackward backward =
          new LateBackward(
              tile,
              winners,
              part,
              texts,
              part == images ? dsImage : Arrays.copyOfRange(dsImage, low, high),
              part == images ? dsText : Arrays.copyOfRange(dsText, low, high));
      backward.images(workers, scratch, dImages);
      backward.texts(workers, scratch, dTexts, from > 0);
    }
  }

  /** Whether every owned number is finite. */
  public boolean finite(Tokens rows) {
    boolean[] finite = new boolean[rows.size()];
    workers.forEach(
        rows.size(),
        (worker, i) ->
            finite[i] = tile.finite(scratch[worker].load(rows, i), rows.length(i) * rows.d()));
    boolean all = true;
    for (boolean f : finite) {
      all &= f;
    }
    return all;
  }

  /** Whether it rounds features to bf16 itself. */
  public boolean rounds() {
    return tile instanceof ProductTile;
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
