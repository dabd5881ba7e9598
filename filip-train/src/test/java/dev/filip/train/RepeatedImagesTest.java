package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.config.Interaction;
import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.LossGradient;
import dev.filip.loss.Positives;
import dev.filip.model.FilipModel;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images of several rows are encoded once: the same loss and gradient as row by row. */
class RepeatedImagesTest {
  private static final int BATCH = 24;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  /** The first of every {@code each} images in all their rows. */
  private record Shared(Pixels all, int rows, boolean told, AtomicInteger written)
      implements Pixels {
    @Override
    public int size() {
      return all.size();
    }

    @Override
    public int each() {
      return all.each();
    }

    @Override
    public boolean repeats(int i) {
      return told && i % rows != 0;
    }

    @Override
    public void write(int from, int count, MemorySegment to) {
      written.addAndGet(count);
      long one = 4L * each();
      for (int i = 0; i < count; i++) {
        all.write((from + i) / rows * rows, 1, to.asSlice(i * one, one));
      }
    }
  }

  private record Made(double loss, float[] gradient, int written) {}

  private static Made make(int each, boolean told, int shards, int micro) {
    TrainBatch plain = TinyPairs.batch(BATCH);
    AtomicInteger written = new AtomicInteger();
    TrainBatch batch =
        TrainBatch.of(new Shared(plain.pixels(), each, told, written), plain.tokens());
    List<String> names = IntStream.range(0, BATCH).mapToObj(i -> "0:" + i / each).toList();
    try (FilipModel model = FilipModel.create(TinyPairs.model(Interaction.BOTH), 1);
        FlatParameters flat =
            new FlatParameters(model.parameters().map(), ParameterGroups.paper());
        Towers towers =
            new Towers(
                model,
                flat,
                new Parallelism(shards, 1),
                new Towers.Activations(micro, false),
                GradientSum.alone(flat));
        var _ = new StepScope()) {
      flat.zeroGradients();
      Encoded.Whole features = towers.forward(batch);
      LossGradient found =
          new DenseLoss(0.6, 0.4, 0.1)
              .compute(features.images(), features.texts(), Positives.of(names), Math.log(10));
      towers.backward(found, 1);
      return new Made(found.loss(), Tensors.toFloats(flat.gradients()), written.get());
    }
  }

  /** Parts of a batch and shards begin inside a sample's rows, too. */
  @ParameterizedTest
  @CsvSource({
    "3, 1, 0, 8",
    "3, 2, 0, 8",
    "4, 5, 0, 9",
    "3, 1, 7, 20",
    "2, 3, 6, 24",
    "24, 1, 5, 10"
  })
  void encodedOnceOrRowByRow(int each, int shards, int micro, int encoded) {
    Made once = make(each, true, shards, micro);
    Made rows = make(each, false, 1, 0);
    assertThat(rows.written).isEqualTo(BATCH);
    assertThat(once.written).isEqualTo(encoded);
    assertThat(once.loss).isCloseTo(rows.loss, within(1e-6 * rows.loss));
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < rows.gradient.length; i++) {
      difference += Math.pow(once.gradient[i] - rows.gradient[i], 2);
      norm += Math.pow(rows.gradient[i], 2);
    }
    assertThat(norm).isPositive();
    assertThat(Math.sqrt(difference / norm)).isLessThan(1e-6);
  }
}
