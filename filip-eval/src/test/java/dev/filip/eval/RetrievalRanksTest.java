package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.filip.encode.Match;
import dev.filip.kernel.PairScores;
import dev.filip.metric.Ranks;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetrievalRanksTest {
  private static final int D = 5;

  /** Few different rows, so that many scores tie; images without captions among them. */
  @Test
  void blocksGiveWhatWholeMatricesGive() {
    Random random = new Random(4);
    int[][] sizes = {{1, 1, 1, 1}, {2, 9, 1, 4}, {9, 2, 4, 1}, {23, 61, 7, 16}, {16, 16, 16, 16}};
    for (int[] size : sizes) {
      Encoded images = items(random, size[0], 9);
      Encoded texts = items(random, size[1], 6);
      int[] owner = random.ints(size[1], 0, size[0]).sorted().toArray();
      for (Match match : Match.values()) {
        PairScores whole = match.scores(images, texts);
        for (Ranking ranking : Ranking.values()) {
          RetrievalEval.Ranked ranked;
          try (RetrievalRanks ranks =
              new RetrievalRanks(parts(images, size[2]), parts(texts, size[3]), owner)) {
            ranked = ranks.of(match, ranking);
          }
          int[] toImage = Ranks.textToImage(ranking.forImages(whole), size[0], owner);
          int[] toText = Ranks.imageToText(ranking.forTexts(whole), size[0], owner);
          assertThat(ranked.textToImage()).isEqualTo(Recalls.of(toImage, owner));
          assertThat(ranked.imageToText())
              .isEqualTo(Recalls.of(toText, IntStream.range(0, size[0]).toArray()));
        }
      }
    }
  }

  private static Encoded items(Random random, int count, int most) {
    int[] length = random.ints(count, 1, most + 1).toArray();
    return new Encoded(
        Tokens.packed(rows(random, Arrays.stream(length).sum()), D, length),
        Tokens.ofRows(rows(random, count), D));
  }

  private static float[] rows(Random random, int count) {
    float[] out = new float[count * D];
    for (int i = 0; i < out.length; i++) {
      out[i] = random.nextInt(3) - 1;
    }
    return out;
  }

  private static List<Encoded> parts(Encoded all, int size) {
    List<Encoded> out = new ArrayList<>();
    for (int from = 0; from < all.size(); from += size) {
      out.add(all.slice(from, Math.min(all.size(), from + size)));
    }
    return out;
  }

  /** Both whole matrices of 3,000 x 6,000 would take 144 MB. */
  @Test
  void onlyBlocksOfScoresAreHeld() {
    Random random = new Random(5);
    Encoded images = items(random, 3_000, 1);
    Encoded texts = items(random, 6_000, 1);
    int[] owner = IntStream.range(0, 6_000).map(t -> t / 2).toArray();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (RetrievalRanks ranks = new RetrievalRanks(parts(images, 64), parts(texts, 256), owner)) {
      long before = threads.getCurrentThreadAllocatedBytes();
      ranks.of(Match.LATE, Ranking.PAPER);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).isPositive().isLessThan(16 << 20);
    }
  }
}
