package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import dev.filip.io.BadInput;
import dev.filip.text.Prompts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PromptSearchTest {
  private static final List<String> CLASSES = List.of("cat", "dog", "cow");
  private static final Prompts CANDIDATES =
      new Prompts("c", List.of("{} sky sky sky", "{}", "a {} here", "sky {}"));

  /** Images of three words, the class's own among them but for a few. */
  private static FakeSource source(long seed, int images) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> words = List.of("sky", "here", "a", "cat", "dog", "cow");
    FakeSource source = new FakeSource();
    source.classes = CLASSES;
    for (int i = 0; i < images; i++) {
      String own = random.nextInt(4) == 0 ? words.get(random.nextInt(6)) : CLASSES.get(i % 3);
      source.add(
          own + " " + words.get(random.nextInt(6)) + " " + words.get(random.nextInt(3)), i % 3, "");
    }
    return source;
  }

  private static EncodedImages encoded(FakeEmbedder model, long seed, int images)
      throws IOException {
    return EncodedImages.of(model, EvalData.all(source(seed, images)), 3);
  }

  /**
   * Each step is what judging with the templates so far gives, and no other template gives more.
   */
  @Test
  void everyStepIsTheBestThatCouldBeAdded() throws IOException {
    for (Interaction interaction : List.of(Interaction.LATE, Interaction.GLOBAL)) {
      FakeEmbedder model = new FakeEmbedder(1, 3, interaction);
      EncodedImages searched = encoded(model, 1, 150);
      EncodedImages judged = encoded(model, 2, 90);
      PromptSearch.Found found =
          new PromptSearch(model, CLASSES, new PromptSearch.Options(CANDIDATES, 3))
              .run(searched, judged);
      List<String> chosen = new ArrayList<>();
      for (int i = 0; i < found.templates().size(); i++) {
        double best = 0;
        for (String template : CANDIDATES.templates()) {
          if (!chosen.contains(template)) {
            List<String> tried = new ArrayList<>(chosen);
            tried.add(template);
            best = Math.max(best, top1(model, tried, searched));
          }
        }
        chosen.add(found.templates().get(i));
        assertThat(found.searched().get(i)).isCloseTo(best, within(1e-9));
        assertThat(top1(model, chosen, searched)).isCloseTo(best, within(1e-9));
      }
      assertThat(found.ensemble().top1().value())
          .isCloseTo(top1(model, found.templates(), judged), within(1e-12));
      assertThat(found.toJson().path("gain").asDouble())
          .isCloseTo(
              found.ensemble().top1().value() - found.single().top1().value(), within(1e-12));
    }
  }

  private static double top1(FakeEmbedder model, List<String> templates, EncodedImages images)
      throws IOException {
    return new ZeroShotEval(new ClassPrompts(CLASSES, new Prompts("t", templates)))
        .run(model, images)
        .top1()
        .value();
  }

  @Test
  void encodedImagesAreJudgedAsTheSourceIs() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 3, Interaction.LATE);
    EvalData data = EvalData.all(source(4, 131).add("broken", 1, ""));
    ClassPrompts prompts = new ClassPrompts(CLASSES, CANDIDATES);
    ZeroShotEval.Result once = new ZeroShotEval(prompts).run(model, data);
    ZeroShotEval.Result again =
        new ZeroShotEval(prompts).run(model, EncodedImages.of(model, data, 3));
    assertThat(again.toJson()).isEqualTo(once.toJson());
    assertThat(again.outcomes()).isEqualTo(once.outcomes());
  }

  @Test
  void halvesShareNoImageAndHaveHalfOfEveryClass() throws IOException {
    FakeEmbedder model = new FakeEmbedder(1, 3, Interaction.LATE);
    EncodedImages all = encoded(model, 3, 131);
    List<EncodedImages> halves = PromptSearch.halves(all, 7);
    List<String> keys = new ArrayList<>(halves.get(0).keys());
    keys.addAll(halves.get(1).keys());
    assertThat(keys).containsExactlyInAnyOrderElementsOf(all.keys());
    for (int c = 0; c < 3; c++) {
      int label = c;
      long first = halves.get(0).labels().stream().filter(l -> l == label).count();
      long second = halves.get(1).labels().stream().filter(l -> l == label).count();
      assertThat(first - second).isBetween(0L, 1L);
    }
    assertThat(PromptSearch.halves(all, 7).get(0).keys()).isEqualTo(halves.get(0).keys());
    assertThat(PromptSearch.halves(all, 8).get(0).keys()).isNotEqualTo(halves.get(0).keys());
    ClassPrompts prompts = new ClassPrompts(CLASSES, CANDIDATES);
    assertThat(new ZeroShotEval(prompts).run(model, halves.get(0)).fingerprint())
        .isNotEqualTo(new ZeroShotEval(prompts).run(model, halves.get(1)).fingerprint());
    EncodedImages single = all.only("one", i -> i == 0);
    assertThatThrownBy(() -> PromptSearch.halves(single, 1))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("two images of a class");
  }
}
