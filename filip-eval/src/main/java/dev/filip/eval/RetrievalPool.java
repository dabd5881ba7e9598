package dev.filip.eval;

import dev.filip.encode.Match;
import dev.filip.tokens.Encoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Images and captions that are ranked among each other, block by block as they were encoded:
 * captions once as they ask for an image and once as images choose among them. Immutable as its
 * blocks are.
 */
final class RetrievalPool {
  private final List<Encoded> images;
  private final List<Encoded> asking;
  private final List<Encoded> chosen;
  private final int[] owner;

  /**
   * @param asking captions as queries
   * @param chosen captions as candidates; the same list where both directions have one prompt
   * @param owner image of each caption, ascending
   */
  RetrievalPool(List<Encoded> images, List<Encoded> asking, List<Encoded> chosen, int[] owner) {
    this.images = images;
    this.asking = asking;
    this.chosen = chosen;
    this.owner = owner.clone();
  }

  /** Both directions. */
  RetrievalEval.Ranked ranked(Match match, Ranking ranking) {
    RetrievalEval.Ranked one = ranked(asking, match, ranking);
    if (chosen == asking) {
      return one;
    }
    RetrievalEval.Ranked other = ranked(chosen, match, ranking);
    return new RetrievalEval.Ranked(one.textToImage(), other.imageToText(), one.seconds());
  }

  private RetrievalEval.Ranked ranked(List<Encoded> texts, Match match, Ranking ranking) {
    try (RetrievalRanks ranks = new RetrievalRanks(images, texts, owner)) {
      return ranks.of(match, ranking);
    }
  }

  /** Seconds to score every pair once, after a warm-up of every way to match. */
  double seconds(Match match) {
    try (RetrievalRanks ranks = new RetrievalRanks(images, asking, owner)) {
      ranks.warmUp();
      return ranks.seconds(match);
    }
  }

  /** Both directions of each fold: neighbouring images, as many in each as can be. */
  List<RetrievalEval.Ranked> folds(int folds, Match match, Ranking ranking) {
    List<RetrievalEval.Ranked> ranked = new ArrayList<>();
    int count = images.stream().mapToInt(Encoded::size).sum();
    for (int f = 0; f < folds; f++) {
      int from = (int) ((long) count * f / folds);
      int to = (int) ((long) count * (f + 1) / folds);
      ranked.add(of(from, to).ranked(match, ranking));
    }
    return ranked;
  }

  /** Images {@code from} to {@code to} and their captions. */
  private RetrievalPool of(int from, int to) {
    int first = textsBefore(from);
    int last = textsBefore(to);
    int[] own = Arrays.stream(owner, first, last).map(image -> image - from).toArray();
    List<Encoded> ask = slice(asking, first, last);
    return new RetrievalPool(
        slice(images, from, to), ask, chosen == asking ? ask : slice(chosen, first, last), own);
  }

  private int textsBefore(int image) {
    int t = 0;
    while (t < owner.length && owner[t] < image) {
      t++;
    }
    return t;
  }

  private static List<Encoded> slice(List<Encoded> blocks, int from, int to) {
    List<Encoded> parts = new ArrayList<>();
    int at = 0;
    for (Encoded block : blocks) {
      int begin = Math.max(from - at, 0);
      int end = Math.min(to - at, block.size());
      if (begin < end) {
        parts.add(block.slice(begin, end));
      }
      at += block.size();
    }
    return parts;
  }
}
