package dev.filip.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.eval.Fingerprint;
import dev.filip.eval.probe.LinearProbe.Recipe;
import dev.filip.eval.probe.LinearProbe.Sets;
import dev.filip.eval.probe.LinearProbe.Solver;
import dev.filip.io.BadInput;
import dev.filip.tensor.Natives;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole recipe on clouds of points. */
class LinearProbeTest {
  private static final int D = 8;
  private static final int CLASSES = 4;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  /** So many points a class round centres that lie well apart. */
  private static Labelled clouds(String name, int each, long seed, int classes) {
    Random random = new Random(seed);
    int[] labels = new int[each * classes];
    float[] rows = new float[labels.length * D];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % classes;
      for (int j = 0; j < D; j++) {
        rows[i * D + j] = (float) (random.nextGaussian() + (j == labels[i] ? 5 : 0));
      }
    }
    return Labelled.of(name, rows, D, labels);
  }

  private static Labelled shuffled(Labelled set) {
    int[] labels = set.labels();
    Draw.shuffle(labels, new java.util.SplittableRandom(5));
    return set.labelled(labels);
  }

  private static Recipe recipe(Solver solver, @Nullable Double c, Integer... shots) {
    return new Recipe(solver, c, 1e-4, 1000, List.of(shots), List.of(1L, 2L, 3L), 20, 64, 0.1);
  }

  private static ProbeResult run(
      Labelled train, @Nullable Labelled validation, Labelled test, Recipe recipe) {
    return new LinearProbe(new Sets(train, validation, test, List.of()), recipe)
        .run(Fingerprint.of("probe"), true);
  }

  private final Labelled train = clouds("train", 30, 1, CLASSES);
  private final Labelled test = clouds("test", 50, 2, CLASSES);

  @Test
  void aFifthOfTheTrainingSetChoosesAndAllOfItIsFittedOn() {
    JsonNode json = run(train, null, test, recipe(Solver.LBFGS, null)).toJson();
    assertThat(json.path("top1").asDouble()).isGreaterThan(0.95);
    assertThat(json.path("mean_per_class").asDouble()).isGreaterThan(0.95);
    assertThat(json.path("top5").isNull()).isTrue();
    assertThat(json.at("/validation/from").asText()).isEqualTo("training set");
    assertThat(json.at("/validation/n").asInt()).isEqualTo(24);
    assertThat(json.path("fitted_on").asInt()).isEqualTo(120);
    assertThat(json.path("sweep")).hasSizeBetween(11, Sweep.FITS);
    assertThat(json.path("converged").asBoolean()).isTrue();
    double c = json.path("c").asDouble();
    JsonNode given = run(train, null, test, recipe(Solver.LBFGS, c)).toJson();
    assertThat(given.path("objective")).isEqualTo(json.path("objective"));
    assertThat(given.path("top1")).isEqualTo(json.path("top1"));
    assertThat(given.path("sweep")).isEmpty();
  }

  @Test
  void aValidationSplitChoosesAndIsFittedOnAfterwards() {
    Labelled validation = clouds("validation", 10, 3, CLASSES);
    JsonNode json = run(train, validation, test, recipe(Solver.LBFGS, null)).toJson();
    assertThat(json.at("/validation/from").asText()).isEqualTo("given");
    assertThat(json.at("/validation/n").asInt()).isEqualTo(40);
    assertThat(json.path("fitted_on").asInt()).isEqualTo(160);
  }

  @Test
  void fewShotIsDrawnBySeedsAndGivesMeanAndSpread() {
    JsonNode json = run(train, null, test, recipe(Solver.LBFGS, null, 8, 1)).toJson();
    JsonNode shots = json.path("shots");
    assertThat(shots).hasSize(2);
    assertThat(shots.at("/0/k").asInt()).isEqualTo(1);
    assertThat(shots.at("/0/fitted_on").asInt()).isEqualTo(CLASSES);
    assertThat(shots.at("/1/fitted_on").asInt()).isEqualTo(8 * CLASSES);
    JsonNode one = shots.at("/0/top1");
    assertThat(one.path("values")).hasSize(3);
    double mean =
        (one.at("/values/0").asDouble()
                + one.at("/values/1").asDouble()
                + one.at("/values/2").asDouble())
            / 3;
    assertThat(one.path("mean").asDouble()).isEqualTo(mean);
    assertThat(one.path("sd").asDouble()).isPositive();
    assertThat(shots.at("/1/top1/mean").asDouble()).isGreaterThan(mean);
    assertThat(json.path("top1")).isEqualTo(shots.at("/1/top1/mean"));
    assertThat(run(train, null, test, recipe(Solver.LBFGS, null, 1, 8)).toJson()).isEqualTo(json);
  }

  /** Wrong on purpose: nothing can be learnt from labels at random. */
  @Test
  void shuffledLabelsScoreAtChance() {
    Labelled many = clouds("train", 100, 4, CLASSES);
    double top1 = run(shuffled(many), null, test, recipe(Solver.LBFGS, null)).top1();
    assertThat(top1).isBetween(0.0, 0.5);
    double judged = run(many, null, shuffled(test), recipe(Solver.LBFGS, 1.0)).top1();
    assertThat(judged).isBetween(0.15, 0.35);
  }

  @Test
  void anotherSplitRecipeOrLabelHasAnotherFingerprintAndOtherFeaturesHaveNot() {
    Recipe given = recipe(Solver.LBFGS, 1.0);
    String print = run(train, null, test, given).fingerprint();
    assertThat(run(test, null, train, given).fingerprint()).isNotEqualTo(print);
    assertThat(run(train, test, test, given).fingerprint()).isNotEqualTo(print);
    assertThat(run(train, null, shuffled(test), given).fingerprint()).isNotEqualTo(print);
    assertThat(run(train, null, test, recipe(Solver.LBFGS, 2.0)).fingerprint()).isNotEqualTo(print);
    assertThat(run(clouds("other", 30, 9, CLASSES), null, test, given).fingerprint())
        .isEqualTo(print);
  }

  @Test
  void sgdLearnsTheSame() {
    JsonNode json = run(train, null, test, recipe(Solver.SGD, null)).toJson();
    assertThat(json.path("top1").asDouble()).isGreaterThan(0.95);
    assertThat(json.path("c").isNull()).isTrue();
    assertThat(json.path("objective").isNull()).isTrue();
    assertThat(json.path("iterations").asInt()).isEqualTo(2 * 20);
    assertThat(json.path("training_loss").asDouble()).isBetween(0.0, 0.3);
    assertThat(run(train, null, test, recipe(Solver.SGD, null)).toJson()).isEqualTo(json);
  }

  @Test
  void wrongSetsAreNamed() {
    refused(train, null, clouds("t", 3, 1, 5), "t: label of row 4 must be one of the 4 classes");
    Labelled wide = Labelled.of("wide", new float[9 * 8], 9, new int[8]);
    refused(train, null, wide, "width of wide must be 8 as that of train, got 9");
    refused(train, wide, test, "width of wide");
    Labelled gap = Labelled.of("gap", new float[3 * D], D, new int[] {0, 2, 0});
    refused(gap, null, gap, "every class must have a training sample, got none of class 1 in gap");
    Labelled one = Labelled.of("one", new float[2 * D], D, new int[2]);
    refused(one, null, one, "classes of one must be at least two, got 1");
    Labelled single = Labelled.of("single", new float[2 * D], D, new int[] {0, 1});
    refused(single, null, single, "samples of single must be two of some class at least");
    assertThatThrownBy(() ->
            new LinearProbe(
                new Sets(single, null, single, List.of("cat", "dog", "owl")), Recipe.PAPER))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("class 2 (owl)");
    assertThatThrownBy(() -> recipe(Solver.SGD, 1.0)).isInstanceOf(BadInput.class);
    assertThatThrownBy(() -> recipe(Solver.LBFGS, -1.0)).hasMessageContaining("--c must be > 0");
    assertThatThrownBy(() -> recipe(Solver.LBFGS, null, 0)).hasMessageContaining("--shots");
  }

  private static void refused(
      Labelled train, @Nullable Labelled validation, Labelled test, String why) {
    assertThatThrownBy(() -> run(train, validation, test, Recipe.PAPER))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(why);
  }
}
