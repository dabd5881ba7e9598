package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.encode.Match;
import dev.filip.metric.CandidateRanks;
import java.io.IOException;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetrievalEvalTest {
  /** owner of texts 0..4: images 0 0 1 2 2. */
  private static final int[] OWNER = {0, 0, 1, 2, 2};

  private static Recalls imageToText(float[] scores, int images, int[] owner) {
    return Recalls.of(
        CandidateRanks.imageToText(scores, images, owner), IntStream.range(0, images).toArray());
  }

  @Test
  void handWorkedScoresWithSeveralCaptions() {
    float[] scores = {
      0.1f, 0.9f, 0.5f, 0.2f, 0.2f, // image 0: best text 1, its own
      0.8f, 0.1f, 0.5f, 0.6f, 0.7f, // image 1: own text 2 is fourth
      0.3f, 0.2f, 0.9f, 0.4f, 0.8f, // image 2: own text 4 is second
    };
    Recalls toText = imageToText(scores, 3, OWNER);
    assertThat(toText.r1().value()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(toText.r5().value()).isEqualTo(1);
    // columns: text 0 best image 1 (wrong), 1: 0 right, 2: 2 wrong, 3: 1 wrong, 4: 2 right
    Recalls toImage = Recalls.of(CandidateRanks.textToImage(scores, 3, OWNER), OWNER);
    assertThat(toImage.r1().value()).isCloseTo(2 / 5.0, within(1e-12));
    assertThat(toImage.r1().n()).isEqualTo(5);
    // by image: 1 of 2, 0 of 1, 1 of 2 -> residuals 0.2, 0.4, 0.2
    assertThat(toImage.r1().standardError()).isCloseTo(Math.sqrt(0.24) / 5, within(1e-12));
  }

  @Test
  void constantScoresAreLast() {
    int[] owner = new int[40];
    for (int t = 0; t < 40; t++) {
      owner[t] = t;
    }
    Recalls recalls = imageToText(new float[40 * 40], 40, owner);
    assertThat(recalls.r1().value()).isZero();
    assertThat(recalls.r10().value()).isZero();
  }

  @Test
  void randomScoresAgreeWithSorting() {
    Random random = new Random(5);
    int[] owner = {0, 1, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 8};
    float[] scores = new float[9 * owner.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random.nextFloat();
    }
    int hits = 0;
    for (int i = 0; i < 9; i++) {
      int image = i;
      hits +=
          java.util.stream.IntStream.range(0, owner.length)
                  .boxed()
                  .sorted((a, b) ->
                      Float.compare(
                          scores[image * owner.length + b], scores[image * owner.length + a]))
                  .limit(5)
                  .anyMatch(t -> owner[t] == image)
              ? 1
              : 0;
    }
    assertThat(imageToText(scores, 9, owner).r5().value()).isCloseTo(hits / 9.0, within(1e-12));
  }

  /** Left out, not found: a wrong candidate stood first for the only query there is. */
  @Test
  void aQueryWithoutAnAnswerIsNoHit() {
    float[] scores = {0.1f, 0.9f, 0.5f, 0.2f, 0.3f, 0.4f};
    Recalls recalls = imageToText(scores, 3, new int[] {0, 1});
    assertThat(recalls.r1()).isEqualTo(new Share(0, 0, 2));
    assertThat(recalls.r5()).isEqualTo(new Share(1, 0, 2));
    assertThat(Recalls.of(new int[] {CandidateRanks.NONE}, new int[] {0}).r1().n()).isZero();
  }

  @Test
  void lateTellsApartWhatGlobalCannot() throws IOException {
    FakeSource source =
        new FakeSource()
            .add("ball sky sky sky", "ball")
            .add("box sky sky sky", "box", "a box")
            .add("broken", "cat")
            .add("cat sky sky sky")
            .add("tree sky sky sky", "tree");
    FakeEmbedder late = new FakeEmbedder(2, 2, Interaction.LATE);
    RetrievalEval.Result result = RetrievalEval.DEFAULT.run(late, EvalData.all(source));
    assertThat(result.images()).isEqualTo(3);
    assertThat(result.texts()).isEqualTo(4);
    assertThat(result.skipped().byReason())
        .isEqualTo(java.util.Map.of("no caption", 1, "truncated", 1));
    assertThat(result.r1()).isEqualTo(1);
    assertThat(result.sharedTexts()).isZero();
    JsonNode json = result.toJson();
    assertThat(json.at("/text_to_image/r1").asDouble()).isEqualTo(1);
    assertThat(json.at("/image_to_text/r10").asDouble()).isEqualTo(1);
    assertThat(json.at("/n").asInt()).isEqualTo(3);
    assertThat(json.at("/matching_seconds/late").asDouble()).isPositive();
    assertThat(json.at("/matching_seconds").has("global")).isTrue();
    assertThat(json.at("/matching_seconds/global").isNull()).isTrue();
    JsonNode timed = RetrievalEval.TIMED.run(late, EvalData.all(source)).toJson();
    assertThat(timed.at("/matching_seconds/late").asDouble()).isPositive();
    assertThat(timed.at("/matching_seconds/global").asDouble()).isPositive();
    assertThat(json.at("/trained_so").asBoolean()).isTrue();
    RetrievalEval.Result other =
        new RetrievalEval(Match.GLOBAL, Ranking.SUM, false).run(late, EvalData.all(source));
    assertThat(other.trainedSo()).isFalse();
    assertThat(other.fingerprint()).isNotEqualTo(result.fingerprint());
  }

  @Test
  void eachDirectionUsesItsOwnScore() {
    var scores = new dev.filip.kernel.PairScores(1, 2, new float[] {1, 2}, new float[] {4, 3});
    assertThat(Ranking.PAPER.forTexts(scores)).containsExactly(1, 2);
    assertThat(Ranking.PAPER.forImages(scores)).containsExactly(4, 3);
    assertThat(Ranking.SUM.forTexts(scores)).containsExactly(5, 5);
    assertThat(scores.sImage()).containsExactly(1, 2);
  }
}
