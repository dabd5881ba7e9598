package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.encode.Match;
import dev.filip.io.OwnJava;
import dev.filip.kernel.PairScores;
import dev.filip.metric.CandidateRanks;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.nio.charset.StandardCharsets;
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
          int[] toImage = CandidateRanks.textToImage(ranking.forImages(whole), size[0], owner);
          int[] toText = CandidateRanks.imageToText(ranking.forTexts(whole), size[0], owner);
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

  /** Both whole matrices of 3,000 x 6,000 would take 144 MB: too much for a heap of 64 MB. */
  @Test
  void onlyBlocksOfScoresAreHeld() throws Exception {
    assertThat(inSmallHeap("blocks")).isEqualTo("0 1.0\n");
    assertThat(inSmallHeap("whole")).startsWith("1 ").contains("OutOfMemoryError");
  }

  private static String inSmallHeap(String how) throws Exception {
    List<String> command =
        OwnJava.command(List.of("-Xmx64m"), SmallHeap.class.getName(), List.of(how));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + " " + said.replaceAll("WARNING: .*\n", "");
  }

  /** Prints R@1 of 3,000 images whose two captions have the very row of their image. */
  static final class SmallHeap {
    private SmallHeap() {}

    public static void main(String[] how) {
      Encoded images = distinct(3_000, 1);
      Encoded texts = distinct(6_000, 2);
      int[] owner = IntStream.range(0, 6_000).map(t -> t / 2).toArray();
      if (how[0].equals("whole")) {
        System.out.println(Match.LATE.scores(images, texts).sText().length);
        return;
      }
      try (RetrievalRanks ranks = new RetrievalRanks(parts(images, 64), parts(texts, 256), owner)) {
        System.out.println(ranks.of(Match.LATE, Ranking.PAPER).textToImage().r1().value());
      }
    }

    /** Item i points at an angle of its image's own. */
    private static Encoded distinct(int count, int captions) {
      float[] rows = new float[count * 2];
      for (int i = 0; i < count; i++) {
        int image = i / captions;
        rows[2 * i] = (float) Math.cos(image * 0.001);
        rows[2 * i + 1] = (float) Math.sin(image * 0.001);
      }
      Tokens tokens = Tokens.ofRows(rows, 2);
      return new Encoded(tokens, tokens);
    }
  }
}
