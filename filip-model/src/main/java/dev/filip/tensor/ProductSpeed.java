package dev.filip.tensor;

import dev.filip.config.ModelConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How fast libtorch multiplies on one core in fp32 and in bf16, in GFLOP/s.
 *
 * <p>On one thread and by its processor time: a thread that waits for a core which another program
 * has would measure that program.
 */
public record ProductSpeed(double fp32, double bf16) {
  /**
   * bf16 has to be so much faster: what casts to it, norms, softmax and activations cost beside the
   * products is not measured (chosen; Zen 4 and 5 reach 2, AMX 3, one of Intel's without AMX 0.36).
   */
  private static final double MARGIN = 1.2;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 7;
  private static final int FEWEST_ROUNDS = 3;
  private static final long ENOUGH_NANOS = 700_000_000;

  /** {@code [rows, in] x [in, out]}. */
  public record Size(int rows, int in, int out) {
    private static final double WORK = 0x1p30;
    private static final int FEWEST_ROWS = 256;
    private static final int MOST_ROWS = 2048;

    /** So many rows that one product takes about ten milliseconds, and not fewer than matter. */
    public static Size of(int in, int out) {
      double rows = WORK / (2.0 * in * out);
      return new Size((int) Math.clamp(rows, FEWEST_ROWS, MOST_ROWS), in, out);
    }

    double work() {
      return 2.0 * rows * in * out;
    }

    @Override
    public String toString() {
      return rows + "x" + in + "x" + out;
    }
  }

  /** The widest products of both towers: those of their MLPs. */
  public static List<Size> towers(ModelConfig config) {
    return Stream.of(
            Size.of(config.vision().width(), config.vision().blocks().intermediateSize()),
            Size.of(config.text().width(), config.text().blocks().intermediateSize()))
        .distinct()
        .toList();
  }

  /** Of this machine: measured once a processor, library and size ({@link SpeedCache}). */
  public static ProductSpeed here(List<Size> sizes) {
    return SpeedCache.OWN.get(key(sizes), () -> measure(sizes));
  }

  /** Measured now, and kept for {@link #here}. */
  public static ProductSpeed again(List<Size> sizes) {
    return SpeedCache.OWN.renew(key(sizes), () -> measure(sizes));
  }

  /** Everything that may change the answer. */
  private static String key(List<Size> sizes) {
    Natives.load();
    CpuFeatures cpu = CpuFeatures.here();
    return String.join(
        "; ",
        cpu.model(),
        String.join(" ", cpu.flags()),
        "libtorch " + Natives.version(),
        Blas.name(),
        "ONEDNN_MAX_CPU_ISA " + NativeEnvironment.get("ONEDNN_MAX_CPU_ISA").orElse("-"),
        words(sizes));
  }

  static String words(List<Size> sizes) {
    return sizes.stream().map(Size::toString).collect(Collectors.joining(", "));
  }

  /** In turns, medians; about a second at most, on a slow core two. */
  static ProductSpeed measure(List<Size> sizes) {
    Natives.load();
    double work = sizes.stream().mapToDouble(Size::work).sum();
    try (var _ = new StepScope();
        var _ = GradMode.off();
        var _ = new Blas.OneThread()) {
      List<Factors> fp32 = sizes.stream().map(s -> new Factors(s, ScalarType.Float)).toList();
      List<Factors> bf16 = sizes.stream().map(s -> new Factors(s, ScalarType.BFloat16)).toList();
      nanos(fp32); // the first ones make kernels
      nanos(bf16);
      List<Double> fullTimes = new ArrayList<>();
      List<Double> halfTimes = new ArrayList<>();
      long begin = System.nanoTime();
      for (int i = 0; i < ROUNDS; i++) {
        if (i >= FEWEST_ROUNDS && System.nanoTime() - begin > ENOUGH_NANOS) {
          break;
        }
        fullTimes.add(nanos(fp32));
        halfTimes.add(nanos(bf16));
      }
      return new ProductSpeed(work / median(fullTimes), work / median(halfTimes));
    }
  }

  /** Of this thread's processor time, which does not grow while another program has the core. */
  private static double nanos(List<Factors> products) {
    long start = THREADS.getCurrentThreadCpuTime();
    products.forEach(Factors::multiply);
    return THREADS.getCurrentThreadCpuTime() - start;
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
    return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
        .average()
        .orElse(0);
  }

  /** Tensors of the open scope. */
  private record Factors(Tensor x, Tensor weight, TensorOptional bias) {
    Factors(Size size, ScalarType type) {
      this(
          torch.ones(size.rows, size.in).to(type),
          torch.ones(size.out, size.in).to(type),
          new TensorOptional());
    }

    void multiply() {
      torch.linear(x, weight, bias).close();
    }
  }

  /** Whether bf16 is enough faster to be taken. */
  public boolean bf16Pays() {
    return bf16 >= MARGIN * fp32;
  }

  /** Both, for a line to the user. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.0f GFLOP/s a core in fp32 and %.0f in bf16", fp32, bf16);
  }
}
