package dev.filip.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against sums of squares in fp64, at awkward lengths and at those of ViT-B/32. */
class NormsTest {
  private StepScope scope;

  @BeforeEach
  void open() {
    Natives.load();
    scope = new StepScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** Normal numbers of this deviation, and one that stands out. */
  private static Tensor numbers(long length, double deviation) {
    torch.manual_seed(7);
    Tensor t = torch.randn(length).mul_(new Scalar(deviation));
    t.narrow(0, length / 3, 1).fill_(new Scalar(5 * deviation));
    return t;
  }

  private static double oracle(Tensor t) {
    double sum = 0;
    float[] part = new float[1 << 20];
    for (long at = 0; at < t.numel(); at += part.length) {
      int count = (int) Math.min(part.length, t.numel() - at);
      t.narrow(0, at, count).data_ptr_float().get(part, 0, count);
      for (int i = 0; i < count; i++) {
        sum += (double) part[i] * part[i];
      }
    }
    return Math.sqrt(sum);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 7, 1023, 1024, 1025, 2047, 2048, 2049, 10_000, 1_234_567})
  void theNormIsThatOfFp64(long length) {
    for (double deviation : new double[] {1e-3, 1, 3e4}) {
      Tensor t = numbers(length, deviation);
      double expected = oracle(t);
      assertThat(Norms.there(t).item_double()).isEqualTo(expected, within(1e-6 * expected));
      assertThat(Norms.of(t)).isEqualTo(expected, within(2e-7 * expected));
    }
  }

  /** Equal numbers are the worst case: every rounding of a block goes the same way. */
  @Test
  void equalNumbersLoseLittle() {
    for (double value : new double[] {1e-3, 0.37, 1.7, 1e4}) {
      Tensor t = torch.full(new long[] {1_500_003}, new Scalar(value));
      double expected = oracle(t);
      assertThat(Norms.of(t)).isEqualTo(expected, within(1e-6 * expected));
    }
  }

  /** The token embedding of ViT-B/32, where a chain of fp32 is 0.14 % off. */
  @Test
  void aLongParameterLosesNothing() {
    Tensor t = numbers(49_408L * 512, 1e-3);
    double expected = oracle(t);
    assertThat(Norms.of(t)).isEqualTo(expected, within(1e-7 * expected));
  }

  /** All of ViT-B/32, 0.6 GB: libtorch's own norm of it is 2 % off. */
  @Test
  @Tag("full")
  void theGradientOfVitBLosesNothing() {
    Tensor t = numbers(151_277_313L, 1e-3);
    double expected = oracle(t);
    assertThat(Norms.of(t)).isEqualTo(expected, within(1e-7 * expected));
    assertThat(Math.abs(torch.norm(t).item_float() / expected - 1)).isGreaterThan(1e-3);
  }

  @Test
  void severalAreWhatEachIsAlone() {
    Tensor whole = numbers(5000, 1);
    List<Tensor> parts =
        List.of(whole.narrow(0, 0, 1), whole.narrow(0, 1, 3000), whole.narrow(0, 3001, 1999));
    double[] norms = Norms.of(parts);
    double sum = 0;
    for (int i = 0; i < norms.length; i++) {
      assertThat(norms[i]).isEqualTo(Norms.of(parts.get(i)));
      sum += norms[i] * norms[i];
    }
    assertThat(Math.sqrt(sum)).isEqualTo(Norms.of(whole), within(1e-5));
  }

  @Test
  void theNumberOfThreadsChangesNoBit() {
    Tensor t = numbers(3_000_001, 1);
    int before = torch.get_num_threads();
    try {
      torch.set_num_threads(1);
      double one = Norms.of(t);
      torch.set_num_threads(3);
      assertThat(Norms.of(t)).isEqualTo(one);
    } finally {
      torch.set_num_threads(before);
    }
  }

  @Test
  void whatIsNotFiniteShows() {
    for (int at : new int[] {0, 1023, 1024, 2499}) {
      Tensor t = torch.zeros(2500);
      t.narrow(0, at, 1).fill_(new Scalar(Double.NaN));
      assertThat(Norms.of(t)).isNaN();
      t.narrow(0, at, 1).fill_(new Scalar(Double.NEGATIVE_INFINITY));
      assertThat(Norms.of(t)).isInfinite();
    }
    assertThat(Norms.of(torch.zeros(2500))).isZero();
  }
}
