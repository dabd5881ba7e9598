package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.io.BadInput;
import dev.filip.text.Prompts;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ZeroShotEvalTest {
  private static final ClassPrompts PROMPTS =
      new ClassPrompts(List.of("cat", "dog", "cow"), prompts("{}", "photo {c}"));

  private static FakeSource source() {
    return new FakeSource()
        .add("cat sky", 0, "")
        .add("cat cat", 0, "")
        .add("dog sky", 0, "") // wrong label on purpose: named dog
        .add("dog sky", 1, "")
        .add("broken", 1, "")
        .add("cow cow", -1, "");
  }

  @Test
  void topOneAndMeanPerClassByHand() throws IOException {
    for (Interaction interaction : List.of(Interaction.LATE, Interaction.GLOBAL)) {
      FakeEmbedder model = new FakeEmbedder(1, 2, interaction);
      ZeroShotEval.Result result = new ZeroShotEval(PROMPTS).run(model, EvalData.all(source()));
      assertThat(result.top1().value()).isCloseTo(3 / 4.0, within(1e-12));
      assertThat(result.meanPerClass()).isCloseTo((2 / 3.0 + 1) / 2, within(1e-12));
      assertThat(result.top5()).isNull();
      assertThat(result.skipped().total()).isEqualTo(2);
      JsonNode json = result.toJson();
      assertThat(json.path("top5").isNull()).isTrue();
      assertThat(json.path("n").asInt()).isEqualTo(4);
      assertThat(json.path("match").asText())
          .isEqualTo(interaction == Interaction.LATE ? "late" : "global");
    }
  }

  @Test
  void classesOfOneNameAreSaid() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 2, Interaction.LATE);
    ClassPrompts equal =
        new ClassPrompts(List.of("cat", "dog", " Cat", "cow", "DOG "), prompts("{}"));
    ZeroShotEval.Result result = new ZeroShotEval(equal).run(model, EvalData.all(source()));
    assertThat(result.toJson().path("warning").asText())
        .isEqualTo(
            "class names 1 and 3 are equal ( Cat), 2 and 5 are equal (DOG ): images of both count"
                + " as wrong");
    assertThat(new ZeroShotEval(PROMPTS).run(model, EvalData.all(source())).toJson().has("warning"))
        .isFalse();
    List<String> many = java.util.Collections.nCopies(9, "x");
    assertThat(new ClassPrompts(many, prompts("{}")).equalNames()).contains(", and 3 more: ");
  }

  /**
   * One prompt of "cat" matches the image fully, the other not at all; both of "dog" by half. The
   * mean of similarities ties them; averaging embeddings and renormalising would not.
   */
  @Test
  void lateAveragesSimilaritiesNotEmbeddings() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 2, Interaction.LATE);
    FakeSource source = new FakeSource().add("a-cat x", 0, "");
    ClassPrompts prompts = new ClassPrompts(List.of("cat", "dog"), prompts("a-{}", "b-{}"));
    ZeroShotEval.Result result = new ZeroShotEval(prompts).run(model, EvalData.all(source));
    // class cat: prompts "a-cat" 1/2, "b-cat" 0 -> 1/4; class dog: 0
    assertThat(result.top1().value()).isEqualTo(1);
    FakeSource even = new FakeSource().add("a-cat a-dog b-dog b-cat", 0, "");
    FakeEmbedder wide = new FakeEmbedder(1, 4, Interaction.LATE);
    assertThat(new ZeroShotEval(prompts).run(wide, EvalData.all(even)).top1().value())
        .isZero(); // an exact tie counts against the model
  }

  /**
   * The prompts of "m" differ more than those of the long name, so their mean is shorter (0.87
   * against 0.97). The image's dot products are 0.87 and 0.92 with the means, 1.00 and 0.95 (over
   * the root of 5) with the renormalised ones: only renormalising names "m".
   */
  @Test
  void globalRenormalisesTheMean() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 3, Interaction.GLOBAL);
    ClassPrompts prompts =
        new ClassPrompts(List.of("m", "n n n n n n"), prompts("{}", "{} sky sky sky"));
    FakeSource source = new FakeSource().add("m m n", 0, "");
    assertThat(new ZeroShotEval(prompts).run(model, EvalData.all(source)).top1().value())
        .isEqualTo(1);
  }

  @Test
  void topFiveNeedsFiveClasses() throws IOException {
    ClassPrompts six = new ClassPrompts(List.of("a", "b", "c", "d", "e", "f"), prompts("{}"));
    FakeSource source = new FakeSource().add("a", 0, "").add("zzz", 5, "");
    ZeroShotEval.Result result =
        new ZeroShotEval(six).run(new FakeEmbedder(1, 1, Interaction.LATE), EvalData.all(source));
    // the second image matches nothing: six equal scores, the right one counts as last
    assertThat(result.top1().value()).isEqualTo(0.5);
    assertThat(result.top5()).isNotNull();
    assertThat(result.toJson().path("top5").asDouble()).isEqualTo(0.5);
  }

  @Test
  void badPromptsAreRefusedByName() {
    assertThatThrownBy(() -> new ClassPrompts(List.of("a", "b"), prompts("no place")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("no place");
    assertThatThrownBy(() -> ClassPrompts.of(new FakeSource(), null, null))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--classes");
    FakeSource source = new FakeSource().add("a", 7, "");
    assertThatThrownBy(() ->
            new ZeroShotEval(PROMPTS)
                .run(new FakeEmbedder(1, 1, Interaction.LATE), EvalData.all(source)))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("label of s0");
  }

  @Test
  void templatesHaveThreePlaces() {
    ClassPrompts prompts =
        new ClassPrompts(List.of("cat", "dog"), prompts("{}", "a {c}", "{label}!"));
    assertThat(prompts.texts()).containsExactly("cat", "a cat", "cat!", "dog", "a dog", "dog!");
  }

  @Test
  void fingerprintFollowsEverything() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 2, Interaction.LATE);
    String base = print(PROMPTS, model, EvalData.all(source()));
    assertThat(print(PROMPTS, model, EvalData.all(source()))).isEqualTo(base).hasSize(64);
    assertThat(print(PROMPTS, model, EvalData.all(source().add("cat", 0, "")))).isNotEqualTo(base);
    assertThat(print(PROMPTS, model, new EvalData(source(), "test", 0, true))).isNotEqualTo(base);
    assertThat(print(PROMPTS, model, new EvalData(source(), "", 2, true))).isNotEqualTo(base);
    assertThat(
            print(
                new ClassPrompts(PROMPTS.classes(), prompts("{}")), model, EvalData.all(source())))
        .isNotEqualTo(base);
    assertThat(
            print(
                new ClassPrompts(List.of("cat", "dog", "ant"), PROMPTS.prompts()),
                model,
                EvalData.all(source())))
        .isNotEqualTo(base);
    model.preprocessing = "other";
    assertThat(print(PROMPTS, model, EvalData.all(source()))).isNotEqualTo(base);
  }

  /** The image holds "a" and "b"; two words of the second class are there, one is not. */
  @Test
  void theSumRanksWhereAsked() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 2, Interaction.LATE);
    ClassPrompts prompts = new ClassPrompts(List.of("a x y z", "a"), prompts("{}"));
    FakeSource source = new FakeSource().add("a b", 1, "");
    ZeroShotEval paper = new ZeroShotEval(prompts);
    ZeroShotEval sum = new ZeroShotEval(_ -> prompts, null, Ranking.SUM);
    // s_image is 1/2 for both: a tie; s_text is 1/6 and 1/3
    ZeroShotEval.Result tied = paper.run(model, EvalData.all(source));
    ZeroShotEval.Result apart = sum.run(model, EvalData.all(source));
    assertThat(tied.top1().value()).isZero();
    assertThat(apart.top1().value()).isEqualTo(1);
    assertThat(tied.toJson().has("ranking")).isFalse();
    assertThat(apart.toJson().path("ranking").asText()).isEqualTo("sum");
    assertThat(apart.fingerprint()).isNotEqualTo(tied.fingerprint());
    assertThat(Ranking.of(Map.of("--rank", "sum"), Ranking.PAPER)).isEqualTo(Ranking.SUM);
    assertThatThrownBy(() -> ZeroShotEval.DEFAULT.with(Map.of("--rank", "mean")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--rank must be paper, text or sum, got mean");
  }

  private static Prompts prompts(String... templates) {
    return new Prompts("test", List.of(templates));
  }

  private static String print(ClassPrompts prompts, FakeEmbedder model, EvalData data)
      throws IOException {
    return new ZeroShotEval(prompts).run(model, data).fingerprint();
  }
}
