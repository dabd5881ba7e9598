package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Activation;
import dev.filip.config.ModelConfig;
import dev.filip.kernel.LateInteraction;
import dev.filip.kernel.PairAlignment;
import dev.filip.model.AttentionProbe.Toward;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients with respect to the last maps, against finite differences of the whole tower. */
class AttentionProbeTest {
  private static final float STEP = 0.01f;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  static List<ModelConfig> configs() {
    ModelConfig tiny = Models.tiny(Activation.QUICK_GELU);
    return List.of(tiny, Models.siglip(), Models.tiny(Activation.GELU));
  }

  /** One item of either kind that the other is scored against. */
  private static final class Case {
    final ModelConfig config;
    final float[] pixels;
    final TokenBatch text;

    /** What is added to the next pass's maps. */
    float[] added = new float[0];

    Case(ModelConfig config) {
      this.config = config;
      pixels = Models.pixels(config, 1, 5);
      TokenBatch any = Models.texts(config, 1, 6);
      text = new TokenBatch(1, any.context(), any.ids(), new int[] {6});
    }

    Tensor plus(Tensor maps) {
      return added.length == 0 ? maps : maps.add(Tensors.fromFloats(added, Tensors.shape(maps)));
    }

    float[] image(FilipModel model, boolean whole) {
      try (var _ = new StepScope();
          var _ = GradMode.off()) {
        int side = config.vision().imageSize();
        ImageFeatures all = model.images(Tensors.fromFloats(pixels, 1, 3, side, side));
        return Tensors.toFloats(whole ? all.embeds() : all.tokens());
      }
    }

    float[] text(FilipModel model, boolean whole) {
      try (var _ = new StepScope();
          var _ = GradMode.off()) {
        TextFeatures all = model.texts(text);
        return Tensors.toFloats(whole ? all.embeds() : all.tokens());
      }
    }
  }

  /** Weights far from their small start, so that maps are uneven and gradients large. */
  private static FilipModel model(ModelConfig config) {
    RandomGenerator random = Models.random(11);
    return FilipModel.of(
        config,
        (name, shape) -> {
          long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
          float[] values = new float[(int) count];
          boolean norm = name.contains("norm") && name.endsWith("weight");
          double size = shape.length < 2 ? 0.2 : 1 / Math.sqrt((double) shape[shape.length - 1]);
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((norm ? 1 : 0) + 1.5 * size * random.nextGaussian());
          }
          return Tensors.fromFloats(values, shape);
        });
  }

  private static double late(float[] own, float[] other, int d) {
    PairAlignment pair = LateInteraction.align(own, own.length / d, other, other.length / d, d);
    return pair.sImage();
  }

  /** The late score of rows and what it is linear in: the winners' rows over the count. */
  private static Toward winners(float[] own, float[] other, int d) {
    int n = own.length / d;
    int[] best = LateInteraction.align(own, n, other, other.length / d, d).patchWord();
    float[] toward = new float[own.length];
    for (int k = 0; k < n; k++) {
      for (int j = 0; j < d; j++) {
        toward[k * d + j] = other[best[k] * d + j] / n;
      }
    }
    return new Toward(toward, false);
  }

  private interface Score {
    double of(float[] rows);
  }

  private interface Rows {
    float[] of(FilipModel model);
  }

  @ParameterizedTest
  @MethodSource("configs")
  void imageMaps(ModelConfig config) {
    Case one = new Case(config);
    int d = config.embedDim();
    try (FilipModel model = model(config);
        FilipModel open = model.open(one::plus, one::plus);
        AttentionProbe probe = new AttentionProbe(model)) {
      float[] words = one.text(model, false);
      float[] sentence = one.text(model, true);
      AttentionMaps late = probe.image(one.pixels, winners(one.image(model, false), words, d));
      compare(one, open, late, m -> one.image(m, false), rows -> late(rows, words, d));
      AttentionMaps whole = probe.image(one.pixels, new Toward(sentence, true));
      compare(one, open, whole, m -> one.image(m, true), row -> dot(row, sentence));
      onlyRows(whole, whole.whole());
      assertThat(whole.tokens()).isEqualTo(config.vision().kind().classTokens() + 9);
      assertThat(whole.whole()).hasSize(config.vision().kind().classTokens() == 1 ? 1 : 9);
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void textMaps(ModelConfig config) {
    Case one = new Case(config);
    int d = config.embedDim();
    try (FilipModel model = model(config);
        FilipModel open = model.open(one::plus, one::plus);
        AttentionProbe probe = new AttentionProbe(model)) {
      float[] patches = one.image(model, false);
      float[] picture = one.image(model, true);
      AttentionMaps late = probe.text(one.text, winners(one.text(model, false), patches, d));
      compare(one, open, late, m -> one.text(m, false), rows -> late(rows, patches, d));
      AttentionMaps whole = probe.text(one.text, new Toward(picture, true));
      compare(one, open, whole, m -> one.text(m, true), row -> dot(row, picture));
      assertThat(whole.whole()).containsExactly(5);
      onlyRows(whole, whole.whole());
    }
  }

  /** Every entry of the maps moved up and down: the score's slope is the gradient. */
  private static void compare(Case one, FilipModel open, AttentionMaps maps, Rows rows, Score of) {
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < maps.gradient().length; i++) {
      one.added = new float[maps.map().length];
      one.added[i] = STEP;
      double above = of.of(rows.of(open));
      one.added[i] = -STEP;
      double below = of.of(rows.of(open));
      double slope = (above - below) / (2 * STEP);
      worst = Math.max(worst, Math.abs(slope - maps.gradient()[i]));
      largest = Math.max(largest, Math.abs(slope));
    }
    one.added = new float[0];
    assertThat(largest).isGreaterThan(0.02);
    assertThat(worst / largest).as("of the largest slope").isLessThan(2e-3);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += (double) a[j] * b[j];
    }
    return sum;
  }

  private static void onlyRows(AttentionMaps maps, int[] rows) {
    int n = maps.tokens();
    for (int i = 0; i < maps.gradient().length; i++) {
      int row = i / n % n;
      if (Arrays.stream(rows).noneMatch(r -> r == row)) {
        assertThat(maps.gradient()[i]).isZero();
      }
    }
  }

  @Test
  void theFastWayIsWhatItWasAndNoWeightHasAGradient() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    Case one = new Case(config);
    try (FilipModel model = model(config)) {
      float[] before = one.image(model, false);
      try (AttentionProbe probe = new AttentionProbe(model);
          FilipModel open = model.open(m -> m, m -> m)) {
        assertThat(one.image(open, false)).containsExactly(before, within(1e-5f));
        float[] text = one.text(model, false);
        assertThat(one.text(open, false)).containsExactly(text, within(1e-5f));
        probe.image(one.pixels, winners(before, text, config.embedDim()));
      }
      assertThat(one.image(model, false)).containsExactly(before);
      model
          .parameters()
          .map()
          .forEach((name, t) -> assertThat(t.grad().defined()).as(name).isFalse());
    }
  }

  @Test
  void camIsTheMeanOverHeadsAndQueries() {
    float[] map = {0.5f, 0.5f, 1, 0, 0.25f, 0.75f, 0, 1};
    float[] gradient = {2, -2, 4, 1, 4, 8, 1, -3};
    AttentionMaps maps = new AttentionMaps(2, 2, map, gradient, new int[] {0});
    // head 0: (1, 0) and (4, 0); head 1: (1, 6) and (0, 0)
    assertThat(maps.cam(0)).containsExactly(1, 3);
    assertThat(maps.cam(0, 1)).containsExactly(1.5f, 1.5f);
    assertThatThrownBy(() -> maps.cam()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aScoreOfAnotherSizeIsRefused() {
    ModelConfig config = Models.tiny(Activation.QUICK_GELU);
    try (FilipModel model = model(config);
        AttentionProbe probe = new AttentionProbe(model)) {
      float[] pixels = Models.pixels(config, 1, 5);
      assertThatThrownBy(() -> probe.image(pixels, new Toward(new float[3], true)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a score of 5 numbers, toward 3");
    }
  }
}
