package dev.filip.bench;

import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.FeaturePrecision;
import dev.filip.loss.LateLoss;
import dev.filip.loss.LossGradient;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Value and gradient of the late loss: streamed, and dense by autograd. Checks its own answer
 * before it times anything.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Dfilip.tuneProcess=true",
      "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
      "-Dorg.bytedeco.javacpp.nopointergc=true"
    })
public class LateLossBench {
  /** Batch, patches, words, width. */
  @Param({"64x36x25x64", "128x49x32x256"})
  public String shape = "";

  private StepScope scope;
  private LossData data;
  private LateLoss late;
  private LateLoss rounded;
  private final DenseLoss dense = new DenseLoss(1, 0, 0);

  /** Makes the features and compares both forms. */
  @Setup
  public void open() {
    Natives.load();
    scope = new StepScope();
    String[] s = shape.split("x", -1);
    data =
        LossData.random(
            Integer.parseInt(s[0]),
            Integer.parseInt(s[1]),
            Integer.parseInt(s[2]),
            Integer.parseInt(s[3]));
    int threads = Runtime.getRuntime().availableProcessors();
    late = new LateLoss(0, FeaturePrecision.FP32, threads);
    rounded = new LateLoss(0, FeaturePrecision.BF16, threads);
    try (StepScope _ = new StepScope()) {
      LossGradient a = run(late);
      LossGradient e = run(dense);
      check("loss", Math.abs(a.loss() - e.loss()) / e.loss());
      check("image gradient", off(a.dImageTokens(), e.dImageTokens()));
      check("text gradient", off(a.dTextTokens(), e.dTextTokens()));
    }
  }

  /** Norm of the difference over the norm: one near tie that falls the other way is no error. */
  private static double off(Tensor a, Tensor e) {
    return a.sub(e).norm().item_double() / e.norm().item_double();
  }

  private static void check(String what, double off) {
    if (!(off < 1e-4)) {
      throw new IllegalStateException(what + " of both forms differ by " + off + " relative");
    }
  }

  private LossGradient run(ContrastiveLoss loss) {
    return loss.compute(data.images(), data.texts(), LossData.LOG_SCALE);
  }

  /** Tiles, winners, sparse gradient. */
  @Benchmark
  public double streamed() {
    try (StepScope _ = new StepScope()) {
      return run(late).loss();
    }
  }

  /** The same of features rounded to bf16. */
  @Benchmark
  public double streamedBf16() {
    try (StepScope _ = new StepScope()) {
      return run(rounded).loss();
    }
  }

  /** The whole block by libtorch and its autograd. */
  @Benchmark
  public double dense() {
    try (StepScope _ = new StepScope()) {
      return run(dense).loss();
    }
  }

  /** Frees all. */
  @TearDown
  public void close() {
    late.close();
    rounded.close();
    scope.close();
  }
}
