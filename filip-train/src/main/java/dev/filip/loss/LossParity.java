package dev.filip.loss;

import dev.filip.checkpoint.ParityCheck;
import dev.filip.checkpoint.ParityReport;
import dev.filip.checkpoint.ParityReport.Stage;
import dev.filip.checkpoint.Safetensors;
import dev.filip.io.BadInput;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Our losses against a golden file of another program ({@code filip-golden-loss/1}): value and each
 * gradient. A fp32 golden judges what training runs: the streamed late loss, or the global loss. A
 * fp64 golden judges the dense oracle in fp64, and then the same loss as training runs it, in fp32,
 * under stages named {@code fp32.*} with fp32's tolerance.
 */
public final class LossParity {
  /**
   * How far numbers may be off.
   *
   * @param loss of the value, absolute up to 1 and relative above
   * @param gradient of a gradient's entries, as a share of its largest
   * @param floor what any gradient may be off: saturated softmaxes leave nothing but rounding
   */
  record Tolerance(double loss, double gradient, double floor) {
    static final Tolerance FP32 = new Tolerance(1e-5, 1e-4, 1e-7);
    static final Tolerance FP64 = new Tolerance(1e-10, 1e-10, 1e-14);
  }

  private final Safetensors file;
  private final LossGolden golden;
  private final @Nullable Double atol;
  private final double rtol;
  private final List<Stage> stages = new ArrayList<>();

  private LossParity(
      Safetensors file, LossGolden golden, @Nullable Double atol, @Nullable Double rtol) {
    this.file = file;
    this.golden = golden;
    this.atol = atol;
    this.rtol = rtol == null ? 0 : rtol;
  }

  /** With the documented tolerances. */
  public static ParityReport compare(Path file) {
    return compare(file, null, null);
  }

  /**
   * Compares all that the golden holds.
   *
   * @param atol absolute tolerance of every number, null for the documented ones
   * @param rtol relative tolerance of every number, null for 0
   * @throws BadInput for a file that is no such golden, naming file, tensor and rule
   */
  public static ParityReport compare(Path file, @Nullable Double atol, @Nullable Double rtol) {
    Natives.load();
    try (Safetensors tensors = Safetensors.open(file);
        StepScope _ = new StepScope()) {
      LossParity parity = new LossParity(tensors, LossGolden.read(file, tensors), atol, rtol);
      parity.run();
      return new ParityReport(file.toString(), List.copyOf(parity.stages), List.of());
    } catch (NonFiniteLoss e) {
      throw new BadInput(file + ": " + e.getMessage(), e);
    }
  }

  private void run() {
    if (golden.fp64()) {
      ContrastiveLoss dense = new DenseLoss(golden.late() ? 1 : 0, golden.late() ? 0 : 1, 0);
      stages("", compute(dense, ScalarType.Double), Tolerance.FP64);
    }
    String prefix = golden.fp64() ? "fp32." : "";
    try (ContrastiveLoss trained = trained()) {
      stages(prefix, compute(trained, ScalarType.Float), Tolerance.FP32);
    }
  }

  private ContrastiveLoss trained() {
    return golden.late()
        ? new LateLoss(0, FeaturePrecision.FP32, Runtime.getRuntime().availableProcessors())
        : new GlobalLoss(0, FeaturePrecision.FP32);
  }

  private LossGradient compute(ContrastiveLoss loss, ScalarType type) {
    Tensor image = golden.image().to(type);
    Tensor text = golden.text().to(type);
    // a golden holds tokens or embeddings, and the loss of one never looks at the other
    return loss.compute(
        new ImageFeatures(image, image),
        new TextFeatures(text, text, golden.length()),
        golden.logScale());
  }

  private void stages(String prefix, LossGradient ours, Tolerance tolerance) {
    stage(prefix, "loss", new double[] {ours.loss()}, tolerance.loss() * atLeastOne("loss"));
    Tensor image = golden.late() ? ours.dImageTokens() : ours.dImageEmbeds();
    Tensor text = golden.late() ? ours.dTextTokens() : ours.dTextEmbeds();
    gradient(prefix, golden.gradients().get(0), image, tolerance);
    gradient(prefix, golden.gradients().get(1), text, tolerance);
    double[] scale = {ours.dLogScale()};
    // a difference of sums as large as the loss
    double sums =
        Math.max(
            atLeastOne("loss") * tolerance.loss(),
            tolerance.gradient() * largest("grad_log_scale"));
    stage(prefix, "grad_log_scale", scale, sums);
  }

  private void gradient(String prefix, String name, @Nullable Tensor ours, Tolerance tolerance) {
    double[] values = Tensors.toDoubles(Objects.requireNonNull(ours));
    stage(prefix, name, values, Math.max(tolerance.floor(), tolerance.gradient() * largest(name)));
  }

  private double atLeastOne(String name) {
    return Math.max(1, largest(name));
  }

  private double largest(String name) {
    return Arrays.stream(Tensors.toDoubles(file.tensor(name))).map(Math::abs).max().orElse(0);
  }

  private void stage(String prefix, String name, double[] ours, double tolerance) {
    double[] theirs = Tensors.toDoubles(file.tensor(name));
    long[] shape = Objects.requireNonNull(file.tensors().get(name)).shape();
    double absolute = atol == null ? tolerance : atol;
    stages.add(ParityCheck.compare(prefix + name, ours, theirs, shape, _ -> true, absolute, rtol));
  }
}
