package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.Prompts;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final ClassPrompts PROMPTS =
      new ClassPrompts(List.of("cat", "dog"), new Prompts("test", List.of("{}")));

  private static JsonNode judged(Task<?> task, Interaction interaction, EvalData data)
      throws IOException {
    Task.Result result = task.run(new FakeEmbedder(1, 3, interaction), data);
    ObjectNode json = result.toJson().put("task", task.name());
    json.set("outcomes", result.outcomes());
    return Json.parse(Json.pretty(json));
  }

  /** Late sees the one "cat" among three words; globally "dog dog" outweighs it. */
  private static FakeSource source() {
    return new FakeSource()
        .add("cat sky sky", 0, "", "cat", "sky cat")
        .add("broken", 0, "", "cat")
        .add("dog sky dog", 1, "", "dog")
        .add("cat cat dog", 1, "", "a dog", "dog sky")
        .add("dog dog dog", 1, "", "dog dog");
  }

  @Test
  void whatIsComparedIsWhatWasCounted() throws IOException {
    for (Task<?> task : List.<Task<?>>of(new ZeroShotEval(PROMPTS), RetrievalEval.DEFAULT)) {
      JsonNode late = judged(task, Interaction.LATE, EvalData.all(source()));
      JsonNode global = judged(task, Interaction.GLOBAL, EvalData.all(source()));
      ObjectNode json = Comparison.of(late, "a.json", global, "b.json").toJson();
      assertThat(json.path("n").asInt()).as("the broken one is left out").isEqualTo(4);
      double a =
          task.name().equals("zero-shot")
              ? late.path("top1").asDouble()
              : late.at("/text_to_image/r1").asDouble();
      assertThat(json.path("a").asDouble()).isCloseTo(a, within(1e-12));
      assertThat(json.path("difference").asDouble())
          .isCloseTo(json.path("a").asDouble() - json.path("b").asDouble(), within(1e-12));
      assertThat(json.at("/ci/0").asDouble()).isLessThanOrEqualTo(json.at("/ci/1").asDouble());
      JsonNode self = Comparison.of(late, "a.json", late, "a.json").toJson();
      assertThat(self.path("difference").asDouble()).isZero();
      assertThat(self.path("p").asDouble()).isEqualTo(1);
    }
  }

  @Test
  void unlikeThingsAreRefusedAndWhatDiffersIsNamed() throws IOException {
    Task<?> task = new ZeroShotEval(PROMPTS);
    JsonNode one = judged(task, Interaction.LATE, EvalData.all(source()));
    JsonNode swapped =
        judged(task, Interaction.LATE, new EvalData(source(), "validation", 0, true));
    assertThatThrownBy(() -> Comparison.of(one, "a.json", swapped, "b.json"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("not of the same thing")
        .hasMessageEndingWith("different in split");
    JsonNode other =
        judged(
            new ZeroShotEval(
                new ClassPrompts(
                    List.of("cat", "dog"), new Prompts("test", List.of("a photo of a {}")))),
            Interaction.LATE,
            EvalData.all(source()));
    assertThatThrownBy(() -> Comparison.of(one, "a.json", other, "b.json"))
        .hasMessageEndingWith("different in templates");
    assertThatThrownBy(() -> Comparison.of(Json.parse("{}"), "a.json", one, "b.json"))
        .hasMessage(
            "a.json must be an answer of filip eval TASK --json, got no fingerprint and outcomes");
    ObjectNode cut = one.deepCopy();
    ((ObjectNode) cut.at("/outcomes/metrics/top1")).putArray("hits").add(1);
    assertThatThrownBy(() -> Comparison.of(one, "a.json", cut, "b.json"))
        .hasMessage("b.json outcomes.top1 must be 4 images, got 1");
  }

  /** Known values: 2 * (1 + 10 + 45) / 1024 for 8 to 2, and 1 where it is even. */
  @Test
  void mcNemarIsTheExactBinomial() {
    assertThat(PairedTest.mcNemar(8, 2)).isCloseTo(112 / 1024.0, within(1e-12));
    assertThat(PairedTest.mcNemar(2, 8)).isCloseTo(112 / 1024.0, within(1e-12));
    assertThat(PairedTest.mcNemar(0, 0)).isEqualTo(1);
    assertThat(PairedTest.mcNemar(5, 5)).isEqualTo(1);
    assertThat(PairedTest.mcNemar(0, 10)).isCloseTo(2 / 1024.0, within(1e-15));
    assertThat(PairedTest.mcNemar(2_600, 2_400)).isBetween(0.0045, 0.0052);
  }

  /**
   * Two coins that are right as often differ by nothing; a better one by about what it is better.
   */
  @Test
  void theIntervalHoldsTheTruthAndChanceIsCalledChance() {
    SplittableRandom random = new SplittableRandom(3);
    int covered = 0;
    int loud = 0;
    int rounds = 60;
    for (int round = 0; round < rounds; round++) {
      Series.Collector one = new Series.Collector();
      Series.Collector same = new Series.Collector();
      Series.Collector better = new Series.Collector();
      for (int i = 0; i < 300; i++) {
        int trials = 1 + i % 3; // several captions an image
        one.add(hits(random, trials, 0.5), trials);
        same.add(hits(random, trials, 0.5), trials);
        better.add(hits(random, trials, 0.7), trials);
      }
      PairedTest.Found apart = PairedTest.of(better.series(), one.series(), round);
      covered += apart.low() <= 0.2 && apart.high() >= 0.2 ? 1 : 0;
      assertThat(apart.p()).isLessThan(0.01);
      loud += PairedTest.of(one.series(), same.series(), round).p() < 0.05 ? 1 : 0;
    }
    assertThat(covered).as("of %d intervals of 95 %%", rounds).isGreaterThanOrEqualTo(52);
    assertThat(loud).as("of %d comparisons of equals", rounds).isLessThanOrEqualTo(9);
  }

  private static int hits(SplittableRandom random, int trials, double p) {
    int hits = 0;
    for (int i = 0; i < trials; i++) {
      hits += random.nextDouble() < p ? 1 : 0;
    }
    return hits;
  }

  /** Labels dealt anew are guessed right as often as chance would have it. */
  @Test
  void shuffledLabelsScoreAtChance() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    FakeSource shuffled = new FakeSource();
    FakeSource right = new FakeSource();
    for (int i = 0; i < 600; i++) {
      String image = i % 2 == 0 ? "cat sky sky" : "dog sky sky";
      shuffled.add(image, random.nextInt(2), "");
      right.add(image, i % 2, "");
    }
    FakeEmbedder model = new FakeEmbedder(1, 3, Interaction.LATE);
    Share top1 = new ZeroShotEval(PROMPTS).run(model, EvalData.all(shuffled)).top1();
    assertThat(top1.value()).isCloseTo(0.5, within(4 * top1.standardError()));
    assertThat(new ZeroShotEval(PROMPTS).run(model, EvalData.all(right)).top1().value())
        .isEqualTo(1);
  }
}
