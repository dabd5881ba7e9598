package dev.filip.eval;

import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.encode.PromptEnsemble;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;

/**
 * Scores of images with classes, whose prompts are encoded and packed once. Late: the mean of the
 * similarities over a class's prompts. Global: the cosine with the renormalised mean of their
 * embeddings, as CLIP. Owns a kernel. Used by one thread.
 */
final class ClassScorer implements AutoCloseable {
  private final Match match;
  private final Ranking ranking;
  private final int classes;
  private final BlockScores scores = new BlockScores();

  ClassScorer(Embedder model, ClassPrompts prompts, Match match, Ranking ranking) {
    this.match = match;
    this.ranking = ranking;
    this.classes = prompts.classes().size();
    scores.texts(
        rows(Encoded.join(TextEncoder.encode(model, prompts.texts())), match, prompts.each()));
  }

  /** Late keeps all prompts; global makes one item a class. */
  private static Tokens rows(Encoded all, Match match, int each) {
    Tokens rows = match.rows(all);
    return match == Match.LATE || each == 1 ? rows : PromptEnsemble.embeddings(rows, each);
  }

  /** {@code [images, c]}. */
  float[] of(Encoded images) {
    PairScores pairs = scores.of(match.rows(images));
    return PromptEnsemble.similarities(ranking.forTexts(pairs), pairs.texts() / classes);
  }

  @Override
  public void close() {
    scores.close();
  }
}
