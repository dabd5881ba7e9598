package dev.filip.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.filip.io.Json;
import dev.filip.kernel.Kernels;
import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.FeaturePrecision;
import dev.filip.loss.LateLoss;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One process that computes the late loss and its gradient a few times, beside {@code
 * bench/loss_peer.py}: best wall time, mean CPU time, memory that grew during the loss, and the
 * share of this machine's own fp32 matrix product. Arguments: late|dense b n m d threads steps.
 * Prints one JSON line.
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
    try (StepScope _ = new StepScope();
        ContrastiveLoss loss = form(args[0], threads)) {
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
      System.out.println(
          Json.line(
              Json.object()
                  .put("form", args[0])
                  .put("kernel", Kernels.active().name())
                  .put("shape", b + "x" + n + "x" + m + "x" + d)
                  .put("threads", threads)
                  .put("loss", value)
                  .put("wall_ms", best.wall)
                  .put("cpu_ms", best.cpu)
                  .put("grew_mib", grew / 1024.0)
                  .put("products_gflop", products / 1e9)
                  .put("gemm_cpu_ms_for_as_much", gemm(products))));
    }
  }

  private static ContrastiveLoss form(String name, int threads) {
    return switch (name) {
      case "late" -> new LateLoss(0, FeaturePrecision.FP32, threads);
      case "dense" -> new DenseLoss(1, 0, 0);
      default -> throw new IllegalArgumentException("form must be late or dense, got " + name);
    };
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

  /** CPU time that libtorch's own fp32 product takes for so many operations. */
  private static double gemm(double operations) {
    try (StepScope _ = new StepScope()) {
      int side = 1536;
      Tensor a = torch.ones(side, side).mul(new Scalar(0.5));
      Time best = best(6, () -> a.matmul(a));
      return best.cpu * operations / (2.0 * side * side * side);
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
