package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.config.OptimizerConfig;
import dev.filip.config.OptimizerConfig.Betas;
import dev.filip.config.OptimizerConfig.Name;
import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.DenseLoss;
import dev.filip.model.FilipModel;
import dev.filip.optim.AdamW;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.Lamb;
import dev.filip.optim.Optimizer;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.LossScale;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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
    ContrastiveLoss loss =
        new DenseLoss(
            interaction == Interaction.GLOBAL ? 0 : 1, interaction == Interaction.LATE ? 0 : 1, 0);
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

  /** Objects to the last one; what libtorch holds by itself shows in the memory, within noise. */
  @ParameterizedTest
  @EnumSource(Interaction.class)
  void stepsLeaveNoNativeObjectAndNoMemoryBehind(Interaction interaction) {
    grows(interaction, 300);
  }

  @Test
  @Tag("full")
  void nativeMemoryStaysFlatOverManySteps() {
    grows(Interaction.LATE, 2000);
  }

  private static void grows(Interaction interaction, int steps) {
    ContrastiveLoss loss =
        new DenseLoss(
            interaction == Interaction.GLOBAL ? 0 : 1, interaction == Interaction.LATE ? 0 : 1, 0);
    try (Rig rig = new Rig(interaction, loss, false)) {
      rig.steps(50, 1e-3);
      long objects = Pointer.totalCount();
      double before = ResidentMemory.isKnown() ? ResidentMemory.megabytes() : 0;
      for (int i = 50; i < steps; i++) {
        rig.steps(1, 1e-3);
        assertThat(Pointer.totalCount()).as("native objects after step %d", i).isEqualTo(objects);
      }
      double after = ResidentMemory.isKnown() ? ResidentMemory.megabytes() : 0;
      assertThat(after - before).isLessThan(10);
    }
  }

  /** A model, its optimizer and the same batch again and again. */
  private static final class Rig implements AutoCloseable {
    final FilipModel model;
    final FlatParameters flat;
    final Optimizer optimizer;
    final Towers towers;
    final TrainStep step;
    final ContrastiveLoss loss;

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
      Stage.Clock clock = new Stage.Clock();
      TrainStep.Outcome last = step.run(TinyPairs.batch(), loss, lr, true, clock);
      for (int i = 1; i < n; i++) {
        last = step.run(TinyPairs.batch(), loss, lr, true, clock);
      }
      return last;
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
