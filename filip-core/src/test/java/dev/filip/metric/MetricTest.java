package dev.filip.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class MetricTest {
  // 3 images x 5 texts; image 0 has texts 0 and 3, image 1 has 1, image 2 has 2 and 4
  private static final int[] IMAGE_OF = {0, 1, 2, 0, 2};
  private static final float[] SCORES = {
    0.9f, 0.2f, 0.1f, 0.3f, 0.8f, //
    0.1f, 0.4f, 0.6f, 0.5f, 0.7f, //
    0.2f, 0.4f, 0.3f, 0.4f, 0.1f,
  };

  /** The share of the queries that found their answer among the first k; NaN without a query. */
  private static double recall(int k, int[] ranks) {
    return Arrays.stream(ranks)
        .filter(rank -> rank != CandidateRanks.NONE)
        .mapToDouble(rank -> rank < k ? 1 : 0)
        .average()
        .orElse(Double.NaN);
  }

  @Test
  void textToImageByHand() {
    // text 1: image 2 ties with its own image 1, so it is second; text 3: both others are above
    assertThat(CandidateRanks.textToImage(SCORES, 3, IMAGE_OF)).containsExactly(0, 1, 1, 2, 2);
    assertThat(recall(1, CandidateRanks.textToImage(SCORES, 3, IMAGE_OF))).isEqualTo(1 / 5.0);
    assertThat(recall(2, CandidateRanks.textToImage(SCORES, 3, IMAGE_OF))).isEqualTo(3 / 5.0);
    assertThat(recall(3, CandidateRanks.textToImage(SCORES, 3, IMAGE_OF))).isEqualTo(1);
  }

  @Test
  void imageToTextTakesTheBestCaption() {
    // image 0: 0.9 is best. image 1: 0.6, 0.5, 0.7 above 0.4. image 2: 0.4 and 0.4 above 0.3
    assertThat(CandidateRanks.imageToText(SCORES, 3, IMAGE_OF)).containsExactly(0, 3, 2);
    assertThat(recall(1, CandidateRanks.imageToText(SCORES, 3, IMAGE_OF))).isEqualTo(1 / 3.0);
    assertThat(recall(3, CandidateRanks.imageToText(SCORES, 3, IMAGE_OF))).isEqualTo(2 / 3.0);
  }

  @Test
  void ownCaptionsAreNoRivals() {
    float[] scores = {0.5f, 0.5f, 0.4f, 0.4f, 0.4f, 0.9f};
    assertThat(CandidateRanks.imageToText(scores, 2, new int[] {0, 0, 1})).containsExactly(0, 0);
  }

  @Test
  void equalScoresAreWrongEverywhere() {
    float[] flat = new float[12];
    int[] imageOf = {0, 1, 2, 0};
    assertThat(CandidateRanks.textToImage(flat, 3, imageOf)).containsExactly(2, 2, 2, 2);
    assertThat(CandidateRanks.imageToText(flat, 3, imageOf)).containsExactly(2, 3, 3);
    assertThat(recall(1, CandidateRanks.ofLabels(flat, 4, new int[] {0, 1, 3}))).isEqualTo(0);
    assertThat(recall(4, CandidateRanks.ofLabels(flat, 4, new int[] {0, 1, 3}))).isEqualTo(1);
  }

  @Test
  void notANumberCountsAgainst() {
    float nan = Float.NaN;
    assertThat(CandidateRanks.ofLabels(new float[] {nan, 0.1f, 0.2f}, 3, new int[] {2}))
        .containsExactly(1);
    assertThat(CandidateRanks.ofLabels(new float[] {nan, 0.1f, 0.2f}, 3, new int[] {0}))
        .containsExactly(2);
    assertThat(CandidateRanks.imageToText(new float[] {nan, 0.1f}, 1, new int[] {0, 0}))
        .containsExactly(0);
    assertThat(CandidateRanks.imageToText(new float[] {nan, 0.1f, 0, 0}, 2, new int[] {0, 1}))
        .containsExactly(1, 1);
  }

  @Test
  void anImageWithoutCaptionIsLeftOut() {
    float[] scores = {0.9f, 0.1f, 0.2f, 0.3f};
    int[] ranks = CandidateRanks.imageToText(scores, 2, new int[] {0, 0});
    assertThat(ranks).containsExactly(0, CandidateRanks.NONE);
    assertThat(recall(1, ranks)).isEqualTo(1);
    assertThat(CandidateRanks.mean(ranks)).isEqualTo(1);
    assertThat(recall(1, new int[0])).isNaN();
  }

  @Test
  void classificationByHand() {
    float[] scores = {
      0.7f, 0.2f, 0.1f, 0.0f, //
      0.4f, 0.5f, 0.1f, 0.0f, //
      0.3f, 0.4f, 0.2f, 0.1f,
    };
    int[] labels = {0, 0, 2};
    int[] ranks = CandidateRanks.ofLabels(scores, 4, labels);
    assertThat(ranks).containsExactly(0, 1, 2);
    assertThat(recall(1, CandidateRanks.ofLabels(scores, 4, labels))).isEqualTo(1 / 3.0);
    assertThat(recall(2, CandidateRanks.ofLabels(scores, 4, labels))).isEqualTo(2 / 3.0);
    // class 0: one of two, class 2: none of one; classes 1 and 3 do not occur
    assertThat(MeanPerClass.recall(ranks, labels, 4)).isEqualTo(0.25);
    assertThat(MeanPerClass.perClass(ranks, labels, 4)[1]).isNaN();
    assertThat(MeanPerClass.perClass(ranks, labels, 4)[0]).isEqualTo(0.5);
    assertThat(MeanPerClass.recall(new int[0], new int[0], 4)).isNaN();
  }

  @Test
  void meanAndMedianCountFromOne() {
    assertThat(CandidateRanks.mean(new int[] {0, 1, 5})).isEqualTo(3);
    assertThat(CandidateRanks.median(new int[] {0, 9, 1})).isEqualTo(2);
    assertThat(CandidateRanks.median(new int[] {0, 1, 2, 9})).isEqualTo(2.5);
    assertThat(CandidateRanks.median(new int[0])).isNaN();
  }

  @Test
  void laws() {
    for (int seed = 0; seed < 50; seed++) {
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      int images = random.nextInt(2, 9);
      int texts = images + random.nextInt(5);
      int[] imageOf = new int[texts];
      for (int t = 0; t < texts; t++) {
        imageOf[t] = t < images ? t : random.nextInt(images);
      }
      float[] scores = new float[images * texts];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = random.nextInt(6) / 6f;
      }
      int[] ranks = CandidateRanks.textToImage(scores, images, imageOf);
      double before = 0;
      for (int k = 1; k <= images; k++) {
        double now = recall(k, ranks);
        assertThat(now).as("grows with k, seed " + seed).isGreaterThanOrEqualTo(before);
        before = now;
      }
      assertThat(before).as("all found among all, seed " + seed).isEqualTo(1);
      assertOrderDoesNotMatter(scores, images, imageOf, ranks, seed);
    }
  }

  private static void assertOrderDoesNotMatter(
      float[] scores, int images, int[] imageOf, int[] ranks, int seed) {
    int texts = imageOf.length;
    float[] turned = new float[scores.length];
    for (int i = 0; i < images; i++) {
      System.arraycopy(scores, i * texts, turned, (images - 1 - i) * texts, texts);
    }
    int[] turnedOf = new int[texts];
    for (int t = 0; t < texts; t++) {
      turnedOf[t] = images - 1 - imageOf[t];
    }
    assertThat(CandidateRanks.textToImage(turned, images, turnedOf))
        .as("seed " + seed)
        .isEqualTo(ranks);
  }

  @Test
  void wrongShapesAreRefused() {
    assertThatThrownBy(() -> CandidateRanks.ofLabels(new float[3], 2, new int[] {0}))
        .hasMessageContaining("[1, 2]");
    assertThatThrownBy(() -> CandidateRanks.ofLabels(new float[2], 2, new int[] {2}))
        .hasMessageContaining("label must be in [0, 2), got 2");
  }
}
