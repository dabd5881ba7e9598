package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.config.OptimizerConfig;
import dev.filip.config.OptimizerConfig.Betas;
import dev.filip.config.OptimizerConfig.Name;
import dev.filip.distributed.Communicator;
import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.FeaturePrecision;
import dev.filip.loss.LossGradient;
import dev.filip.loss.Positives;
import dev.filip.loss.Regularisers;
import dev.filip.loss.TiledLateLoss;
import dev.filip.model.FilipModel;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.optim.AdamW;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.Lamb;
import dev.filip.optim.Norms;
import dev.filip.optim.Optimizer;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.Census;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.LossScale;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The step on a tiny model and eight generated pairs: it learns, and it leaks nothing. */
class TrainStepTest {
  private static final OptimizerConfig SETTINGS =
      new OptimizerConfig(Name.ADAMW, 1, 0.05, new Betas(0.9, 0.98), 1e-6, 0, false);

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  @ParameterizedTest
  @EnumSource(Interaction.class)
  void aTinyModelLearnsEightPairsByHeart(Interaction interaction) {
    ContrastiveLoss loss = loss(interaction);
    double chance = Math.log(TinyPairs.COUNT) * (interaction == Interaction.BOTH ? 2 : 1);
    try (Rig rig = new Rig(interaction, loss, false)) {
      double first = rig.steps(1, 3e-3).loss().loss();
      TrainStep.Outcome last = rig.steps(60, 3e-3);
      assertThat(first).isGreaterThan(0.5 * chance);
      assertThat(last.loss().loss()).isLessThan(0.1 * chance);
      assertThat(last.loss().accuracyImage()).isEqualTo(1);
      assertThat(last.updateNorm()).isPositive();
    }
  }

  @Test
  void lambLearnsThemToo() {
    try (Rig rig = new Rig(Interaction.LATE, new DenseLoss(1, 0, 0), true)) {
      assertThat(rig.steps(120, 1e-2).loss().loss()).isLessThan(0.3 * Math.log(TinyPairs.COUNT));
    }
  }

  @Test
  void theLogScaleStopsAtItsCap() {
    try (Rig rig = new Rig(Interaction.GLOBAL, new DenseLoss(0, 1, 0), false)) {
      try (var _ = new StepScope()) {
        rig.flat.leaf("logit_scale").detach().fill_(new org.bytedeco.pytorch.Scalar(9.0));
      }
      assertThat(rig.steps(1, 1e-3).logScale()).isEqualTo(Math.log(100), within(1e-6));
    }
  }

  @Test
  void aScaledLossGivesTheSameStepAndAnOverflowSkipsIt() {
    LossScale scale = new LossScale(1024, 2000);
    try (Rig plain = new Rig(Interaction.LATE, new DenseLoss(1, 0, 0), false);
        Rig scaled = new Rig(Interaction.LATE, new DenseLoss(1, 0, 0), false, scale)) {
      double norm = plain.steps(1, 1e-3).gradientNorm();
      assertThat(scaled.steps(1, 1e-3).gradientNorm()).isEqualTo(norm, within(1e-5 * norm));
    }
    LossScale tooLarge = new LossScale(1e38, 2000);
    try (Rig rig = new Rig(Interaction.LATE, new DenseLoss(1, 0, 0), false, tooLarge)) {
      double before = rig.flat.valueNorm();
      TrainStep.Outcome outcome = rig.steps(1, 1e-3);
      assertThat(outcome.skipped()).isTrue();
      assertThat(outcome.finite()).isTrue();
      assertThat(rig.flat.valueNorm()).isEqualTo(before);
      assertThat(tooLarge.scale()).isEqualTo(5e37);
    }
  }

  /** A GPU's loss whose gradient by the images is infinite, though its numbers are fine. */
  private record Infinite(ContrastiveLoss of) implements ContrastiveLoss {
    @Override
    public LossGradient compute(
        ImageFeatures images, TextFeatures texts, Positives positives, double logScale) {
      throw new AssertionError("its log-scale is a tensor");
    }

    @Override
    public LossGradient compute(
        ImageFeatures images, TextFeatures texts, Positives positives, Tensor logScale) {
      LossGradient found = of.compute(images, texts, positives, logScale);
      Objects.requireNonNull(found.dImageTokens()).fill_(new Scalar(Double.POSITIVE_INFINITY));
      return found;
    }
  }

  /** Nothing is known before the update: it is taken back, and the bad gradient keeps its name. */
  @Test
  void aLoggedStepOfADeviceTakesABadUpdateBack() {
    ContrastiveLoss late =
        new TiledLateLoss(
            new Regularisers(0, 0),
            FeaturePrecision.FP32,
            ComputeDevice.CPU,
            1 << 20,
            Communicator.Alone.INSTANCE);
    for (boolean lamb : new boolean[] {false, true}) {
      try (Rig rig = new Rig(Interaction.LATE, new Infinite(late), lamb)) {
        float[] before = Tensors.toFloats(rig.flat.values());
        TrainStep.Outcome outcome = rig.step(1e-3, true);
        assertThat(outcome.known()).isTrue();
        assertThat(outcome.finite()).isFalse();
        assertThat(Double.isFinite(outcome.loss().loss())).isTrue();
        assertThat(Tensors.toFloats(rig.flat.values())).isEqualTo(before);
        assertThat(rig.flat.firstBadGradient()).startsWith("vision_model");
        for (FlatParameters.Slot slot : rig.flat.slots()) {
          double norm = Norms.of(FlatParameters.part(rig.flat.gradients(), slot));
          assertThat(Double.isFinite(norm)).isEqualTo(!slot.name().startsWith("vis"));
        }
      }
      try (Rig rig = new Rig(Interaction.LATE, late, lamb);
          Rig plain = new Rig(Interaction.LATE, loss(Interaction.LATE), lamb)) {
        for (int step = 0; step < 5; step++) {
          TrainStep.Outcome found = rig.step(1e-3, true);
          TrainStep.Outcome expected = plain.step(1e-3, true);
          close(found.gradientNorm(), expected.gradientNorm());
          close(found.parameterNorm(), expected.parameterNorm());
          close(found.updateNorm(), expected.updateNorm());
          close(found.logScale(), expected.logScale());
          close(found.loss().loss(), expected.loss().loss());
        }
      }
    }
  }

  private static void close(double found, double expected) {
    assertThat(found).isEqualTo(expected, within(1e-3 * Math.abs(expected)));
  }

  /** Not one object; what libtorch keeps by itself is in the memory of the process, below. */
  @Test
  void stepsLeaveNoNativeObjectBehind(@TempDir Path temp) throws Exception {
    assertThat(Census.left(Steps.class, temp))
        .hasSize(6)
        .allSatisfy((name, left) -> assertThat(left).as(name).isZero());
  }

  /** Steps of every interaction and optimizer, with and without norms, and skipped ones. */
  private static final class Steps implements Census.Scenarios {
    @Override
    public Map<String, Census.Work> in(Path folder) {
      Map<String, Census.Work> works = new LinkedHashMap<>();
      for (Interaction interaction : Interaction.values()) {
        Rig rig = new Rig(interaction, loss(interaction), false);
        works.put("AdamW " + interaction, () -> rig.steps(20, 1e-3));
      }
      Rig lamb = new Rig(Interaction.LATE, loss(Interaction.LATE), true);
      works.put("LAMB", () -> lamb.steps(20, 1e-3));
      works.put("LAMB, no norms", () -> lamb.step(1e-3, false));
      Rig scaled = new Rig(Interaction.LATE, loss(Interaction.LATE), false, new LossScale(1e38, 2));
      works.put("scaled", () -> scaled.steps(20, 1e-3));
      return works;
    }
  }

  @Test
  void nativeMemoryStaysFlat() {
    grows(300);
  }

  @Test
  @Tag("full")
  void nativeMemoryStaysFlatOverManySteps() {
    grows(2000);
  }

  private static void grows(int steps) {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        ResidentMemory.isKnown(), "resident memory is read from /proc/self/statm");
    try (Rig rig = new Rig(Interaction.LATE, loss(Interaction.LATE), false)) {
      rig.steps(50, 1e-3);
      double before = ResidentMemory.megabytes();
      rig.steps(steps - 50, 1e-3);
      assertThat(ResidentMemory.megabytes() - before).isLessThan(10);
    }
  }

  private static ContrastiveLoss loss(Interaction interaction) {
    return new DenseLoss(
        interaction == Interaction.GLOBAL ? 0 : 1, interaction == Interaction.LATE ? 0 : 1, 0);
  }

  /** A model, its optimizer and the same batch again and again. */
  private static final class Rig implements AutoCloseable {
    final FilipModel model;
    final FlatParameters flat;
    final Optimizer optimizer;
    final Towers towers;
    final TrainStep step;
    final ContrastiveLoss loss;
    final Stage.Clock clock = new Stage.Clock();

    Rig(Interaction interaction, ContrastiveLoss loss, boolean lamb) {
      this(interaction, loss, lamb, null);
    }

    Rig(Interaction interaction, ContrastiveLoss loss, boolean lamb, @Nullable LossScale scaling) {
      this.loss = loss;
      model = FilipModel.create(TinyPairs.model(interaction), 1);
      flat = new FlatParameters(model.parameters().map(), ParameterGroups.paper());
      optimizer = lamb ? new Lamb(flat, SETTINGS) : new AdamW(flat, SETTINGS);
      towers =
          new Towers(
              model, flat, new Parallelism(2, 1), Towers.Activations.ALL, GradientSum.alone(flat));
      step = new TrainStep(towers, flat, optimizer, new TrainStep.Bounds(1, 100), scaling);
    }

    TrainStep.Outcome steps(int n, double lr) {
      TrainStep.Outcome last = step(lr, true);
      for (int i = 1; i < n; i++) {
        last = step(lr, true);
      }
      return last;
    }

    TrainStep.Outcome step(double lr, boolean norms) {
      return step.run(TinyPairs.batch(), loss, Positives.OWN, lr, norms, clock, () -> {});
    }

    @Override
    public void close() {
      towers.close();
      optimizer.close();
      flat.close();
      model.close();
    }
  }
}
