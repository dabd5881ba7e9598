package dev.filip.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against {@link CandidateRanks} on whole matrices. */
class BlockRanksTest {
  @Test
  void blocksGiveTheRanksOfTheWholeMatrix() {
    Random random = new Random(11);
    int[][] sizes = {{1, 1, 1, 1}, {1, 7, 1, 2}, {7, 1, 2, 1}, {5, 13, 2, 4}, {17, 40, 64, 64}};
    for (int[] size : sizes) {
      for (int round = 0; round < 20; round++) {
        int[] owner = random.ints(size[1], 0, size[0]).toArray(); // some have none, none in order
        if (round % 2 == 0) {
          Arrays.sort(owner);
        }
        float[] forTexts = scores(random, size[0] * size[1]);
        float[] forImages = round % 3 == 0 ? forTexts : scores(random, size[0] * size[1]);
        BlockRanks blocks = blocks(size, owner, forTexts, forImages);
        assertThat(blocks.textToImage())
            .isEqualTo(CandidateRanks.textToImage(forImages, size[0], owner));
        assertThat(blocks.imageToText())
            .isEqualTo(CandidateRanks.imageToText(forTexts, size[0], owner));
      }
    }
  }

  /** Few values, so that many tie, and some that are none. */
  private static float[] scores(Random random, int count) {
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = random.nextInt(9) == 0 ? Float.NaN : random.nextInt(5) / 4f;
    }
    return out;
  }

  private static BlockRanks blocks(int[] size, int[] owner, float[] forTexts, float[] forImages) {
    BlockRanks ranks = new BlockRanks(size[0], owner);
    for (int t = 0; t < owner.length; t++) {
      int at = owner[t] * owner.length + t;
      ranks.own(t, forTexts[at], forImages[at]);
    }
    for (int t = 0; t < size[1]; t += size[3]) {
      int texts = Math.min(size[3], size[1] - t);
      for (int i = 0; i < size[0]; i += size[2]) {
        int images = Math.min(size[2], size[0] - i);
        ranks.count(
            i,
            images,
            t,
            texts,
            block(forTexts, size[1], i, images, t, texts),
            block(forImages, size[1], i, images, t, texts));
      }
    }
    return ranks;
  }

  /** With some room behind it. */
  private static float[] block(
      float[] scores, int columns, int from, int images, int first, int texts) {
    float[] out = new float[images * texts + 3];
    for (int i = 0; i < images; i++) {
      System.arraycopy(scores, (from + i) * columns + first, out, i * texts, texts);
    }
    return out;
  }

  @Test
  void anImageThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> new BlockRanks(2, new int[] {0, 2}))
        .hasMessageContaining("image of a text must be in [0, 2), got 2");
  }
}
