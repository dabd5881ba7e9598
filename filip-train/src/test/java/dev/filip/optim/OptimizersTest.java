package dev.filip.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.OptimizerConfig;
import dev.filip.config.OptimizerConfig.Betas;
import dev.filip.config.OptimizerConfig.Name;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The flat forms against the scalar oracles, at awkward sizes, and the buffers' own laws. */
class OptimizersTest {
  private static final OptimizerConfig SETTINGS =
      new OptimizerConfig(Name.ADAMW, 1, 0.1, new Betas(0.9, 0.98), 1e-4, 0, false);
  private static final Map<String, long[]> SHAPES = new LinkedHashMap<>();

  static {
    SHAPES.put("text_model.encoder.layers.0.mlp.fc1.bias", new long[] {7});
    SHAPES.put("text_model.encoder.layers.0.mlp.fc1.weight", new long[] {5, 7});
    SHAPES.put("logit_scale", new long[] {});
    SHAPES.put("visual_projection.weight", new long[] {16, 17});
    SHAPES.put("vision_model.embeddings.class_embedding", new long[] {1});
    SHAPES.put("text_model.encoder.layers.2.mlp.fc2.weight", new long[] {3, 3});
    SHAPES.put("text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight", new long[] {2, 5});
  }

  private static final List<ParameterGroups.GroupRule> ALL =
      List.of(ParameterGroups.GroupRule.of(".*", true, "all"));

  private StepScope scope;
  private Map<String, Tensor> leaves;
  private Map<String, double[]> start;

  @BeforeEach
  void leaves() {
    Natives.load();
    scope = new StepScope();
    leaves = new LinkedHashMap<>();
    start = new LinkedHashMap<>();
    Random random = new Random(5);
    SHAPES.forEach((name, shape) -> {
      Tensor leaf = torch.zeros(shape);
      double[] values = new double[(int) leaf.numel()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (3 * random.nextGaussian());
      }
      fill(leaf, values);
      leaf.set_requires_grad(true);
      leaves.put(name, leaf);
      start.put(name, values);
    });
  }

  @AfterEach
  void release() {
    scope.close();
  }

  @Test
  void lambFollowsTheOracleOverManySteps() {
    followWithEveryRate(
        Lamb::new,
        (state, step) -> (g, decay, lr) -> ScalarOptimizers.lamb(state, g, SETTINGS, decay, lr));
  }

  /** Norms by libtorch's multi-tensor operations, as on a device. */
  @Test
  void lambsDeviceFormFollowsTheOracleToo() {
    followWithEveryRate(
        (flat, settings) -> new Lamb(flat, settings, true),
        (state, step) -> (g, decay, lr) -> ScalarOptimizers.lamb(state, g, SETTINGS, decay, lr));
  }

  /** A parameter of zeros, and one whose update is zero: the ratio is 1, on a device as well. */
  @Test
  void bothFormsOfLambTakeZerosAlike() {
    List<double[]> found = new java.util.ArrayList<>();
    for (boolean device : new boolean[] {false, true}) {
      release();
      leaves();
      fill(Objects.requireNonNull(leaves.get("logit_scale")), new double[1]);
      fill(Objects.requireNonNull(leaves.get("visual_projection.weight")), new double[16 * 17]);
      try (FlatParameters flat = new FlatParameters(leaves, ParameterGroups.paper());
          Lamb lamb = new Lamb(flat, SETTINGS, device)) {
        Random random = new Random(2);
        for (int step = 1; step <= 3; step++) {
          for (FlatParameters.Slot slot : flat.slots()) {
            double[] g = gradient(random, (int) slot.size());
            fill(
                flat.leaf(slot.name()).grad(),
                slot.name().startsWith("visual") ? new double[g.length] : g);
          }
          lamb.step(lr(step));
        }
        found.add(values(flat.values()));
      }
    }
    assertThat(found.get(1)).containsExactly(found.get(0), within(1e-6));
    assertThat(java.util.Arrays.stream(found.get(1))).allMatch(Double::isFinite);
  }

  @Test
  void adamwFollowsTheOracleOverManySteps() {
    followWithEveryRate(
        AdamW::new,
        (state, step) ->
            (g, decay, lr) -> ScalarOptimizers.adamw(state, g, SETTINGS, decay, lr, step));
  }

  /** libtorch's own AdamW class on copies of the same leaves. */
  @Test
  void adamwEqualsTorchs() {
    OptimizerConfig torchs =
        new OptimizerConfig(
            Name.ADAMW, 1, 0.1, new Betas(0.9, 0.999), 1e-4, 0, false); // its default betas
    List<Tensor> copies = leaves.values().stream().map(OptimizersTest::copy).toList();
    try (FlatParameters flat = new FlatParameters(leaves, new ParameterGroups(ALL));
        AdamW ours = new AdamW(flat, torchs)) {
      AdamWOptions options = new AdamWOptions(2e-3);
      options.eps().put(SETTINGS.eps());
      options.weight_decay().put(SETTINGS.weightDecay());
      var theirs =
          new org.bytedeco.pytorch.AdamW(new TensorVector(copies.toArray(Tensor[]::new)), options);
      Random random = new Random(3);
      for (int step = 0; step < 6; step++) {
        for (int i = 0; i < copies.size(); i++) {
          double[] g = gradient(random, (int) copies.get(i).numel());
          fill(copies.get(i).grad(), g);
          fill(flat.leaf(flat.slots().get(i).name()).grad(), g);
        }
        theirs.step();
        ours.step(2e-3);
      }
      for (int i = 0; i < copies.size(); i++) {
        assertThat(values(flat.leaf(flat.slots().get(i).name())))
            .containsExactly(values(copies.get(i)), within(1e-6));
      }
    }
  }

  private static Tensor copy(Tensor leaf) {
    Tensor copy = leaf.detach().clone().set_requires_grad(true);
    copy.mutable_grad().put(torch.zeros_like(leaf.detach()));
    return copy;
  }

  private interface Oracle {
    void step(double[] gradient, double decay, double lr);
  }

  private void followWithEveryRate(
      BiFunction<FlatParameters, OptimizerConfig, Optimizer> fast,
      BiFunction<ScalarOptimizers.State, Integer, Oracle> slow) {
    follow(ParameterGroups.paper(), fast, slow);
    release();
    leaves();
    follow(ParameterGroups.paper().with(new ParameterGroups.LayerRates(0.6, 1, 3)), fast, slow);
  }

  private void follow(
      ParameterGroups groups,
      BiFunction<FlatParameters, OptimizerConfig, Optimizer> fast,
      BiFunction<ScalarOptimizers.State, Integer, Oracle> slow) {
    Map<String, ScalarOptimizers.State> oracle = new LinkedHashMap<>();
    start.forEach((name, values) -> oracle.put(name, ScalarOptimizers.State.of(values)));
    Random random = new Random(11);
    try (FlatParameters flat = new FlatParameters(leaves, groups);
        Optimizer optimizer = fast.apply(flat, SETTINGS)) {
      for (int step = 1; step <= 12; step++) {
        int now = step;
        flat.slots()
            .forEach(slot -> {
              double[] g = gradient(random, (int) slot.size());
              fill(flat.leaf(slot.name()).grad(), g);
              double decay = groups.decays(slot.name()) ? SETTINGS.weightDecay() : 0;
              slow.apply(Objects.requireNonNull(oracle.get(slot.name())), now)
                  .step(g, decay, lr(now) * groups.rate(slot.name()));
            });
        optimizer.step(lr(step));
      }
      assertThat(optimizer.steps()).isEqualTo(12);
      oracle.forEach((name, state) ->
          assertThat(values(flat.leaf(name)))
              .describedAs(name)
              .containsExactly(state.weights(), within(5e-6)));
      oracle.forEach((name, state) ->
          assertThat(values(Objects.requireNonNull(optimizer.state().get("exp_avg_sq." + name))))
              .containsExactly(state.second(), within(1e-5)));
    }
  }

  @Test
  void leavesKeepTheirValuesAndBackwardFillsTheFlatGradient() {
    try (FlatParameters flat = new FlatParameters(leaves, ParameterGroups.paper())) {
      start.forEach((name, v) -> assertThat(values(flat.leaf(name))).containsExactly(v));
      flat.zeroGradients();
      Tensor loss = torch.zeros(new long[0]);
      for (Tensor leaf : leaves.values()) {
        loss = loss.add(leaf.mul(leaf).sum());
      }
      loss.backward();
      loss.mul(new Scalar(1.0));
      double sum = 0;
      for (double[] v : start.values()) {
        for (double x : v) {
          sum += 4 * x * x;
        }
      }
      assertThat(flat.gradientNorm()).isEqualTo(Math.sqrt(sum), within(1e-3));
      assertThat(flat.valueNorm()).isEqualTo(Math.sqrt(sum) / 2, within(1e-3));
    }
  }

  @Test
  void clippingScalesToTheNormAndLeavesSmallGradientsAlone() {
    try (FlatParameters flat = new FlatParameters(leaves, ParameterGroups.paper())) {
      flat.gradients().fill_(new Scalar(2.0));
      double norm = 2 * Math.sqrt(flat.size());
      assertThat(flat.clipGradients(1)).isEqualTo(norm, within(1e-4));
      assertThat(flat.gradientNorm()).isEqualTo(1, within(1e-5));
      assertThat(flat.clipGradients(3)).isEqualTo(1, within(1e-5));
      assertThat(flat.gradientNorm()).isEqualTo(1, within(1e-5));
    }
  }

  @Test
  void aGradientThatIsNotFiniteIsNamed() {
    try (FlatParameters flat = new FlatParameters(leaves, ParameterGroups.paper())) {
      assertThat(flat.firstBadGradient()).isNull();
      fill(flat.leaf("logit_scale").grad(), new double[] {Double.NaN});
      assertThat(flat.gradientNorm()).isNaN();
      assertThat(flat.firstBadGradient()).isEqualTo("logit_scale");
    }
  }

  private static double lr(int step) {
    return 1e-3 * step;
  }

  private static double[] gradient(Random random, int n) {
    double[] g = new double[n];
    for (int i = 0; i < n; i++) {
      g[i] = (float) (random.nextGaussian() * 0.1);
    }
    return g;
  }

  private static void fill(Tensor t, double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    t.data_ptr_float().put(floats);
  }

  private static double[] values(Tensor t) {
    float[] floats = new float[(int) t.numel()];
    t.data_ptr_float().get(floats);
    double[] values = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }
}
