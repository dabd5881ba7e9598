package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.image.Placement;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Grid 2 x 2 of 10-pixel patches unless said otherwise; centres at 5 and 15. */
class PointingEvalTest {
  private static final String CAPTION = "red ball on green box";

  /** ball in the left column, box in the right one. */
  private static final String BOXES =
      "{\"boxes\": [{\"span\": [0, 8], \"noun\": [4, 8], \"box\": [0, 0, 10, 20]},"
          + "{\"span\": [12, 21], \"noun\": [18, 21], \"box\": [10, 0, 20, 20]}]}";

  private static PointingEval.Result run(FakeEmbedder model, FakeSource source) throws IOException {
    return new PointingEval().run(model, EvalData.all(source));
  }

  @Test
  void nounsAndPatchesByHand() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    // ball's best patch is 0 (hit); box's best patch is 2, in ball's box (miss, other object)
    FakeSource source = new FakeSource().add("ball red sky+box green", -1, BOXES, CAPTION);
    PointingEval.Result result = run(model, source);
    assertThat(result.wordInBox().share().value()).isEqualTo(0.5);
    assertThat(result.wordInBox().share().n()).isEqualTo(2);
    assertThat(result.wordInBox().chance()).isEqualTo(0.5);
    assertThat(result.wordInOtherBox().value()).isEqualTo(0.5);
    // ball's patches 0 (ball: right) and 2 (box: wrong); box's 1 and 3: both nouns 0, tie to the
    // first: wrong
    assertThat(result.patchToWord().share().value()).isEqualTo(0.25);
    assertThat(result.patchToWord().chance()).isEqualTo(0.5);
    // any word: 0 ball right; 2 box wrong; 1 red wrong; 3 green right. 2 of 7 tokens are each
    // phrase's
    assertThat(result.patchToAnyWord().share().value()).isEqualTo(0.5);
    assertThat(result.patchToAnyWord().chance()).isCloseTo(2 / 7.0, within(1e-12));
    assertThat(result.bySize()).containsOnlyKeys("large");
    assertThat(result.trainedSo()).isTrue();
    JsonNode json = result.toJson();
    assertThat(json.at("/word_in_box/value").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/word_in_box/by_size/large/n").asInt()).isEqualTo(2);
    assertThat(json.at("/patch_to_word/chance").asDouble()).isEqualTo(0.5);
    assertThat(json.has("note")).isFalse();
  }

  @Test
  void aGlobalModelIsJudgedLateAndSaysSo() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.GLOBAL);
    FakeSource source = new FakeSource().add("ball box ball box", -1, BOXES, CAPTION);
    PointingEval.Result result = run(model, source);
    assertThat(result.wordInBox().share().value()).isEqualTo(1);
    assertThat(result.trainedSo()).isFalse();
    assertThat(result.toJson().path("note").asText()).contains("global loss only");
  }

  @Test
  void boxesFollowResizeAndCrop() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    // stored 80 x 40, resized by 1/2 to 40 x 20, cropped to the middle 20: x' = x / 2 - 10
    model.map = new Placement(0.5, 0.5, 10, 0);
    String boxes =
        "{\"boxes\": [{\"span\": [4, 8], \"box\": [40, 0, 60, 40]},"
            + "{\"span\": [18, 21], \"box\": [0, 0, 14, 40]}]}";
    FakeSource source = new FakeSource().add("sky ball sky sky", -1, boxes, CAPTION);
    PointingEval.Result result = run(model, source);
    assertThat(result.outside()).isEqualTo(1); // the second box ends at x' = -3
    assertThat(result.wordInBox().share().n()).isEqualTo(1);
    assertThat(result.wordInBox().share().value()).isEqualTo(1); // x' 10..20: the right column
    assertThat(result.patchToWord().share().n()).isZero(); // one noun: nothing to choose
    model.map = Placement.IDENTITY;
    assertThat(run(model, source).wordInBox().chance()).isEqualTo(0.5); // unmapped: box [0,14) only
  }

  @Test
  void aPhraseThatTheContextCutOffIsCountedNotJudged() throws IOException {
    FakeEmbedder model = new FakeEmbedder(2, 2, Interaction.LATE);
    model.context = 4; // [BOS] red ball [EOS]
    FakeSource source = new FakeSource().add("ball box ball box", -1, BOXES, CAPTION);
    PointingEval.Result result = run(model, source);
    assertThat(result.truncated()).isEqualTo(1);
    assertThat(result.wordInBox().share().n()).isEqualTo(1);
  }

  @Test
  void chanceIsWhatGuessingGives() throws IOException {
    Random random = new Random(3);
    FakeEmbedder model = new FakeEmbedder(5, 6, Interaction.LATE);
    String sky = "sky ".repeat(30).strip();
    FakeSource source = new FakeSource();
    double sum = 0;
    for (int i = 0; i < 20; i++) {
      int x = random.nextInt(50);
      int y = random.nextInt(40);
      int w = 1 + random.nextInt(30);
      int h = 1 + random.nextInt(30);
      String boxes =
          "{\"boxes\": [{\"span\": [4, 8], \"box\": ["
              + x
              + ","
              + y
              + ","
              + (x + w)
              + ","
              + (y + h)
              + "]}]}";
      source.add(sky, -1, boxes, CAPTION);
      int inside = 0;
      for (int cy = 5; cy < 50; cy += 10) {
        for (int cx = 5; cx < 60; cx += 10) {
          inside += cx >= x && cx < x + w && cy >= y && cy < y + h ? 1 : 0;
        }
      }
      sum += inside / 30.0;
    }
    assertThat(run(model, source).wordInBox().chance()).isCloseTo(sum / 20, within(1e-12));
  }

  @Test
  void aSourceWithoutBoxesIsRefused() {
    FakeSource source = new FakeSource().add("ball box ball box", CAPTION);
    source.add(
        "ball box ball box", -1, "{\"boxes\": [{\"span\": [0, 99], \"box\": [0,0,1,1]}]}", CAPTION);
    assertThatThrownBy(() -> run(new FakeEmbedder(2, 2, Interaction.LATE), source))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("boxes (KEY.json)");
  }

  @Test
  void sizesAreSharesOfTheInput() throws IOException {
    FakeEmbedder model = new FakeEmbedder(10, 10, Interaction.LATE);
    String boxes =
        "{\"boxes\": [{\"span\": [4, 8], \"box\": [0, 0, 20, 20]},"
            + "{\"span\": [18, 21], \"box\": [50, 50, 90, 80]}]}"; // 4 % and 12 %
    FakeSource source = new FakeSource().add("sky ".repeat(100).strip(), -1, boxes, CAPTION);
    assertThat(run(model, source).bySize()).containsOnlyKeys("small", "medium");
  }
}
