package dev.filip.eval;

import dev.filip.encode.Match;
import dev.filip.kernel.PairScores;
import dev.filip.metric.BlockRanks;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Ranks every image among all texts and every text among all images, block by block as the vectors
 * were encoded: a block of texts is packed once and meets all blocks of images, and only one
 * block's scores are held. A first pass over the diagonal finds what each query must beat, a second
 * one counts. Owns a kernel. Used by one thread.
 */
final class RetrievalRanks implements AutoCloseable {
  private static final int WARM = 64;
  private static final int WARM_ROUNDS = 4;

  private final List<Encoded> images;
  private final List<Encoded> texts;
  private final int[] owner;
  private final BlockScores scores = new BlockScores();
  private long nanos;

  /**
   * @param images blocks of images
   * @param texts blocks of texts
   * @param owner image of each text, ascending
   */
  RetrievalRanks(List<Encoded> images, List<Encoded> texts, int[] owner) {
    this.images = images;
    this.texts = texts;
    this.owner = owner;
  }

  /** What is made of a block, which begins at an image and a text. */
  private interface Block {
    void take(int firstImage, int firstText, PairScores scores);
  }

  /** Recalls in both directions, and the seconds that scoring every pair once took. */
  RetrievalEval.Ranked of(Match match, Ranking ranking) {
    int count = images.stream().mapToInt(Encoded::size).sum();
    BlockRanks ranks = new BlockRanks(count, owner);
    visit(match, true, (image, text, block) -> own(ranks, ranking, image, text, block));
    nanos = 0;
    visit(
        match,
        false,
        (image, text, block) ->
            ranks.count(
                image,
                block.images(),
                text,
                block.texts(),
                ranking.forTexts(block),
                ranking.forImages(block)));
    return new RetrievalEval.Ranked(
        Recalls.of(ranks.textToImage(), owner),
        Recalls.of(ranks.imageToText(), IntStream.range(0, count).toArray()),
        nanos / 1e9);
  }

  private void own(
      BlockRanks ranks, Ranking ranking, int firstImage, int firstText, PairScores block) {
    float[] forTexts = ranking.forTexts(block);
    float[] forImages = ranking.forImages(block);
    for (int t = 0; t < block.texts(); t++) {
      int row = owner[firstText + t] - firstImage;
      if (row >= 0 && row < block.images()) {
        int at = row * block.texts() + t;
        ranks.own(firstText + t, forTexts[at], forImages[at]);
      }
    }
  }

  /**
   * @param diagonal only blocks that hold a text with its image
   */
  private void visit(Match match, boolean diagonal, Block block) {
    int firstText = 0;
    for (Encoded some : texts) {
      long start = System.nanoTime();
      scores.texts(match.rows(some));
      nanos += System.nanoTime() - start;
      int from = owner[firstText];
      int to = owner[firstText + some.size() - 1];
      int firstImage = 0;
      for (Encoded part : images) {
        if (!diagonal || (from < firstImage + part.size() && to >= firstImage)) {
          block.take(firstImage, firstText, timed(match.rows(part)));
        }
        firstImage += part.size();
      }
      firstText += some.size();
    }
  }

  private PairScores timed(Tokens part) {
    long start = System.nanoTime();
    PairScores block = scores.of(part);
    nanos += System.nanoTime() - start;
    return block;
  }

  /** Seconds to score every pair once. */
  double seconds(Match match) {
    nanos = 0;
    visit(match, false, (_, _, _) -> {});
    return nanos / 1e9;
  }

  /** Else the first form timed would pay for the just-in-time compiler. */
  void warmUp() {
    Encoded few = images.getFirst().slice(0, Math.min(WARM, images.getFirst().size()));
    Encoded some = texts.getFirst().slice(0, Math.min(WARM, texts.getFirst().size()));
    for (int i = 0; i < WARM_ROUNDS; i++) {
      for (Match match : Match.values()) {
        scores.texts(match.rows(some));
        scores.of(match.rows(few));
      }
    }
  }

  @Override
  public void close() {
    scores.close();
  }
}
