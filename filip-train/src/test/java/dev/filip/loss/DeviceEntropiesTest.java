package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.distributed.Communicator;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.train.LiveBytes;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cross entropies in place: the bits of those that keep every table, in the memory of few. */
class DeviceEntropiesTest {
  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private static Tensor scores(int b, long seed) {
    torch.manual_seed(seed);
    return torch.rand(new long[] {b, b}).mul(new Scalar(2.0)).sub(new Scalar(1.0));
  }

  private static DeviceEntropies found(
      Tensor image, Tensor text, double scale, Regularisers regular, Positives positives) {
    Tensor none = DeviceEntropies.noWords(image);
    Tensor fine = torch.zeros(new long[0]).to(ScalarType.Double);
    return DeviceEntropies.of(
        new DeviceEntropies.Scores(image, text, none, fine),
        Inputs.number(Math.log(scale), ComputeDevice.CPU),
        regular,
        positives,
        ComputeDevice.CPU,
        Communicator.Alone.INSTANCE);
  }

  /** The derivative by every score, one table an operation. */
  private static Tensor plain(
      Tensor scores, Tensor are, Regularisers regular, double scale, int over) {
    int all = Math.toIntExact(scores.size(0));
    Tensor factor = Inputs.number(Math.log(scale), ComputeDevice.CPU).to(ScalarType.Double).exp();
    Tensor targets =
        are.div(are.sum(new long[] {over}, true, new org.bytedeco.pytorch.ScalarTypeOptional()))
            .mul(new Scalar(1 - regular.labelSmoothing()))
            .add(new Scalar(regular.labelSmoothing() / all));
    Tensor logits = scores.to(ScalarType.Double).mul(factor);
    Tensor sums = torch.logsumexp(logits, over).unsqueeze(over);
    Tensor more = sums.mul(new Scalar(2 * regular.zLoss())).add(new Scalar(1));
    Tensor share = logits.sub(sums).exp().mul(more).sub(targets);
    return share.mul(factor.div(new Scalar(2.0 * all))).to(ScalarType.Float);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0, 0", "5, 1, 0.1, 1e-4", "17, 3, 0.1, 0", "64, 4, 0, 0.01"})
  void theBitsAreThoseOfOperationsThatKeepEveryTable(
      int b, int each, double smoothing, double zLoss) {
    Regularisers regular = new Regularisers(smoothing, zLoss);
    int[] first = IntStream.range(0, b).map(i -> i / each).toArray();
    List<String> names = Arrays.stream(first).mapToObj(i -> "image " + i).toList();
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor image = scores(b, 1);
      Tensor text = scores(b, 2);
      Tensor before = image.clone();
      double[] right = new double[b * b];
      for (int i = 0; i < right.length; i++) {
        right[i] = first[i / b] == first[i % b] ? 1 : 0;
      }
      Tensor are = LossCase.tensor(right, ScalarType.Double, b, b);
      DeviceEntropies e = found(image, text, 14, regular, Positives.of(names));
      assertThat(LossCase.values(e.dsImage()))
          .containsExactly(LossCase.values(plain(image, are, regular, 14, 1)));
      assertThat(LossCase.values(e.dsText()))
          .containsExactly(LossCase.values(plain(text, are, regular, 14, 0)));
      assertThat(LossCase.values(image)).as("scores").containsExactly(LossCase.values(before));
    }
  }

  /** A global loss gives the same scores for either direction; they stay what they are. */
  @Test
  void scoresOfBothDirectionsMayBeOneTensor() {
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor one = scores(9, 3);
      Regularisers regular = new Regularisers(0.1, 1e-4);
      DeviceEntropies shared = found(one, one, 14, regular, Positives.OWN);
      DeviceEntropies apart = found(one.clone(), one.clone(), 14, regular, Positives.OWN);
      assertThat(LossCase.values(shared.dsText())).containsExactly(LossCase.values(apart.dsText()));
      assertThat(LossCase.values(shared.numbers()))
          .containsExactly(LossCase.values(apart.numbers()));
    }
  }

  /**
   * Three tables of fp64 at a time, with right answers of one byte and two gradients of fp32: 34
   * bytes a pair at most, told by a thread that looks all the while.
   */
  @Test
  void fewTablesAreThereAtATime() throws InterruptedException {
    Assumptions.assumeTrue(LiveBytes.areKnown(), "live bytes are glibc's mallinfo2");
    int b = 1500;
    long[] most = new long[5];
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor image = scores(b, 1);
      Tensor text = scores(b, 2);
      Regularisers regular = new Regularisers(0.1, 1e-4);
      for (int i = 0; i < most.length; i++) {
        try (var _ = new StepScope()) {
          most[i] = peak(() -> found(image, text, 14, regular, Positives.OWN));
        }
      }
    }
    Arrays.sort(most);
    long table = 8L * b * b;
    assertThat(most[most.length / 2]).as("bytes").isBetween(table * 2, table * 9 / 2);
  }

  /** The most live bytes that something adds, as a thread sees them that does nothing else. */
  private static long peak(Runnable work) throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong most = new AtomicLong();
    long before = LiveBytes.now();
    Thread looking =
        new Thread(
            () -> {
              while (!done.get()) {
                most.accumulateAndGet(LiveBytes.now() - before, Math::max);
              }
            },
            "peak");
    looking.start();
    try {
      work.run();
    } finally {
      done.set(true);
      looking.join();
    }
    return most.get();
  }
}
