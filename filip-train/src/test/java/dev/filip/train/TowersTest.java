package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.LossGradient;
import dev.filip.model.FilipModel;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.Census;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch in parts against the batch in one. */
class TowersTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 7})
  void partsGiveTheLossAndGradientOfTheWhole(int shards) {
    Made whole = make(1);
    Made parts = make(shards);
    assertThat(parts.loss).isEqualTo(whole.loss, within(1e-6));
    float largest = 0;
    float difference = 0;
    for (int i = 0; i < whole.gradient.length; i++) {
      largest = Math.max(largest, Math.abs(whole.gradient[i]));
      difference = Math.max(difference, Math.abs(whole.gradient[i] - parts.gradient[i]));
    }
    assertThat(difference).isLessThan(1e-5f * largest);
  }

  @Test
  void theTimingOfPartsChangesNoBit() {
    float[] first = make(3).gradient;
    for (int i = 0; i < 5; i++) {
      assertThat(make(3).gradient).isEqualTo(first);
    }
  }

  @Test
  void smallModelsSplitTheBatchAndLargeOnesTheOperations() {
    assertThat(Parallelism.choose(300_000, 64, ComputeDevice.CPU, 4))
        .isEqualTo(new Parallelism(4, 1));
    assertThat(Parallelism.choose(300_000, 8, ComputeDevice.CPU, 16))
        .isEqualTo(new Parallelism(2, 1));
    assertThat(Parallelism.choose(150_000_000, 64, ComputeDevice.CPU, 4))
        .isEqualTo(new Parallelism(1, 4));
    assertThat(Parallelism.choose(300_000, 64, ComputeDevice.CUDA, 4).shards()).isEqualTo(1);
  }

  /**
   * Two parts of four pairs: one fails at once, the other takes its time and writes into features
   * that the caller frees.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void aFailedPartIsWaitedForWithTheOthers(int failing) {
    SlowPixels pixels = new SlowPixels(TinyPairs.batch().pixels(), 0, failing);
    try (Rig rig = new Rig(Towers.Activations.ALL);
        var _ = new StepScope()) {
      TrainBatch batch = TrainBatch.of(pixels, TinyPairs.batch().tokens());
      assertThatThrownBy(() -> rig.towers.forward(batch)).hasMessage("pixels from " + failing);
      assertThat(pixels.slow).as("slow reads that have ended").hasValue(1);
      rig.step(TinyPairs.batch()); // nothing of the failed step is in the way
    }
  }

  /** The same in the backward pass, which reads pixels again where batches come in parts. */
  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void aFailedBackwardPassIsWaitedForToo(int failing) {
    SlowPixels pixels = new SlowPixels(TinyPairs.batch().pixels(), 2, failing);
    try (Rig rig = new Rig(new Towers.Activations(4, false));
        var _ = new StepScope()) {
      TrainBatch batch = TrainBatch.of(pixels, TinyPairs.batch().tokens());
      assertThatThrownBy(() -> rig.step(batch)).hasMessage("pixels from " + failing);
      assertThat(pixels.slow).hasValue(2);
      rig.step(TinyPairs.batch());
    }
  }

  @Test
  void whatAFailedStepMadeIsFreed(@TempDir Path temp) throws Exception {
    assertThat(Census.left(FailedSteps.class, temp))
        .hasSize(4)
        .allSatisfy((name, left) -> assertThat(left).as(name).isZero());
  }

  private static final class FailedSteps implements Census.Scenarios {
    @Override
    public Map<String, Census.Work> in(Path folder) {
      Map<String, Census.Work> works = new LinkedHashMap<>();
      for (int failing : new int[] {0, 4}) {
        works.put("forward " + failing, () -> fail(Towers.Activations.ALL, 0, failing));
        works.put("backward " + failing, () -> fail(new Towers.Activations(4, false), 2, failing));
      }
      return works;
    }

    private static void fail(Towers.Activations activations, int reads, int failing) {
      SlowPixels pixels = new SlowPixels(TinyPairs.batch().pixels(), reads, failing);
      try (Rig rig = new Rig(activations);
          var _ = new StepScope()) {
        TrainBatch batch = TrainBatch.of(pixels, TinyPairs.batch().tokens());
        assertThatThrownBy(() -> rig.step(batch)).hasMessageStartingWith("pixels");
        rig.step(TinyPairs.batch());
      }
    }
  }

  /** Fails for pairs from {@code failing} on, and is slow for others, after so many good reads. */
  private static final class SlowPixels implements Pixels {
    final AtomicInteger slow = new AtomicInteger();
    private final int good;
    private final Map<Integer, Integer> reads = new ConcurrentHashMap<>();
    private final Pixels pixels;
    private final int failing;

    SlowPixels(Pixels pixels, int good, int failing) {
      this.pixels = pixels;
      this.good = good;
      this.failing = failing;
    }

    @Override
    public int size() {
      return pixels.size();
    }

    @Override
    public int each() {
      return pixels.each();
    }

    @Override
    public void write(int from, int count, MemorySegment to) {
      int read = reads.merge(from < 4 ? 0 : 4, 1, Integer::sum);
      if (read <= good) {
        pixels.write(from, count, to);
        return;
      }
      if (from >= failing && from < failing + 4) {
        throw new IllegalArgumentException("pixels from " + from);
      }
      try {
        Thread.sleep(150);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      pixels.write(from, count, to);
      slow.incrementAndGet();
    }
  }

  /** A model in two parts. */
  private static final class Rig implements AutoCloseable {
    private final FilipModel model = FilipModel.create(TinyPairs.model(Interaction.BOTH), 1);
    private final FlatParameters flat =
        new FlatParameters(model.parameters().map(), ParameterGroups.paper());
    private final Towers towers;

    Rig(Towers.Activations activations) {
      towers = new Towers(model, flat, new Parallelism(2, 1), activations, GradientSum.alone(flat));
    }

    void step(TrainBatch batch) {
      Encoded.Whole features = towers.forward(batch);
      towers.backward(
          new DenseLoss(1, 1, 0).compute(features.images(), features.texts(), Math.log(10)), 1);
    }

    @Override
    public void close() {
      towers.close();
      flat.close();
      model.close();
    }
  }

  private record Made(double loss, float[] gradient) {}

  private static Made make(int shards) {
    try (FilipModel model = FilipModel.create(TinyPairs.model(Interaction.BOTH), 1);
        FlatParameters flat =
            new FlatParameters(model.parameters().map(), ParameterGroups.paper());
        Towers towers =
            new Towers(
                model,
                flat,
                new Parallelism(shards, 1),
                Towers.Activations.ALL,
                GradientSum.alone(flat));
        var _ = new StepScope()) {
      flat.zeroGradients();
      Encoded.Whole features = towers.forward(TinyPairs.batch());
      LossGradient found =
          new DenseLoss(1, 1, 0).compute(features.images(), features.texts(), Math.log(10));
      towers.backward(found, 1);
      return new Made(found.loss(), Tensors.toFloats(flat.gradients()));
    }
  }
}
