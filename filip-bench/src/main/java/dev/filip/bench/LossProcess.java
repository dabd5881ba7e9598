package dev.filip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.filip.io.Json;
import dev.filip.kernel.Kernels;
import dev.filip.kernel.LateKernel;
import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.FeaturePrecision;
import dev.filip.loss.LateLoss;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.CpuFeatures;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One process that computes the late loss and its gradient a few times, beside {@code
 * bench/loss_peer.py}: best wall time, mean CPU time, memory that grew during the loss, and the
 * share of this machine's own fp32 matrix product. Arguments: late|dense b n m d threads steps
 * precision, which is fp32, bf16 or auto: what training takes by itself at this width. Prints one
 * JSON line.
 */
public final class LossProcess {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static final long WARM_UP_NANOS = 3_000_000_000L;

  private LossProcess() {}

  private record Time(double wall, double cpu) {}

  public static void main(String[] args) throws IOException {
    int b = Integer.parseInt(args[1]);
    int n = Integer.parseInt(args[2]);
    int m = Integer.parseInt(args[3]);
    int d = Integer.parseInt(args[4]);
    int threads = Integer.parseInt(args[5]);
    int steps = Integer.parseInt(args[6]);
    Natives.load();
    torch.set_num_threads(threads);
    FeaturePrecision precision = precision(args.length > 7 ? args[7] : "auto", d);
    try (StepScope _ = new StepScope();
        ContrastiveLoss loss = form(args[0], precision, threads)) {
      LossData warm = LossData.random(Math.min(b, 32), n, m, d);
      for (long end = System.nanoTime() + WARM_UP_NANOS; System.nanoTime() < end; ) {
        run(loss, warm);
      }
      LossData data = LossData.random(b, n, m, d);
      long before = kilobytes("VmRSS");
      double value = run(loss, data);
      long grew = kilobytes("VmHWM") - before;
      Time best = best(steps, () -> run(loss, data));
      double products = 2.0 * b * b * n * m * d;
      ObjectNode forward = Json.object();
      if (args[0].equals("late")) {
        forward = forward(data, precision, threads, steps);
      }
      System.out.println(
          Json.line(
              Json.object()
                  .put("form", args[0])
                  .put("features", precision.word())
                  .put("kernel", kernel(precision))
                  .put("shape", b + "x" + n + "x" + m + "x" + d)
                  .put("threads", threads)
                  .put("loss", value)
                  .put("wall_ms", best.wall)
                  .put("cpu_ms", best.cpu)
                  .put("grew_mib", grew / 1024.0)
                  .put("products_gflop", products / 1e9)
                  .put("gemm_ms_for_as_much", gemm(products).wall)
                  .setAll(forward)));
    }
  }

  /** Towers wide enough for bf16 wherever the machine is fast at it. */
  private static FeaturePrecision precision(String name, int width) {
    Precision towers = CpuFeatures.here().fastBf16() ? Precision.BF16 : Precision.FP32;
    return FeaturePrecision.choose(name, new Compute(towers, ComputeDevice.CPU), width, 1)
        .precision();
  }

  private static ContrastiveLoss form(String name, FeaturePrecision precision, int threads) {
    return switch (name) {
      case "late" -> new LateLoss(0, precision, threads);
      case "dense" -> new DenseLoss(1, 0, 0);
      default -> throw new IllegalArgumentException("form must be late or dense, got " + name);
    };
  }

  private static String kernel(FeaturePrecision precision) {
    try (LateKernel kernel = LateLoss.kernel(precision, 1)) {
      return kernel.rounds() ? "libtorch's bf16 blocks" : Kernels.active().name();
    }
  }

  private static double run(ContrastiveLoss loss, LossData data) {
    try (StepScope _ = new StepScope()) {
      return loss.compute(data.images(), data.texts(), LossData.LOG_SCALE).loss();
    }
  }

  private static Time best(int steps, Runnable step) {
    double wall = Double.MAX_VALUE;
    long used = PROCESS.getProcessCpuTime(); // counted in ticks of 10 ms: the mean of all steps
    for (int i = 0; i < steps; i++) {
      long start = System.nanoTime();
      step.run();
      wall = Math.min(wall, (System.nanoTime() - start) / 1e6);
    }
    return new Time(wall, (PROCESS.getProcessCpuTime() - used) / 1e6 / steps);
  }

  /** The maxima of both directions alone, beside the product of as many real tokens. */
  private static ObjectNode forward(
      LossData data, FeaturePrecision precision, int threads, int steps) {
    Tensor image = data.images().tokens();
    Tensor text = data.texts().tokens();
    int b = (int) image.size(0);
    int n = (int) image.size(1);
    int d = (int) image.size(2);
    int[] patches = new int[b];
    Arrays.fill(patches, n);
    int[] words = data.texts().length();
    Tokens images = Tokens.padded(Tensors.bytes(image), Tokens.Type.FP32, n, d, patches);
    Tokens texts =
        Tokens.padded(Tensors.bytes(text), Tokens.Type.FP32, (int) text.size(1), d, words);
    double operations = 2.0 * b * n * d * Arrays.stream(words).asLongStream().sum();
    try (LateKernel kernel = LateLoss.kernel(precision, threads)) {
      Time time = best(Math.max(3, steps), () -> kernel.match(images, texts));
      return Json.object()
          .put("forward_wall_ms", time.wall)
          .put("forward_cpu_ms", time.cpu)
          .put("forward_share_of_gemm", gemm(operations).wall / time.wall);
    }
  }

  /** Time that libtorch's own fp32 product takes for so many operations. */
  private static Time gemm(double operations) {
    try (StepScope _ = new StepScope()) {
      int side = 1536;
      Tensor a = torch.ones(side, side).mul(new Scalar(0.5));
      Time best = best(6, () -> a.matmul(a));
      double times = operations / (2.0 * side * side * side);
      return new Time(best.wall * times, best.cpu * times);
    }
  }

  private static long kilobytes(String key) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0; // not Linux: memory is not reported
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(key + ":"))
        .map(line -> line.replaceAll("\\D", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }
}
