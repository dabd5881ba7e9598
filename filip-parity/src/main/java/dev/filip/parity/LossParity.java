package dev.filip.parity;

import dev.filip.checkpoint.Safetensors;
import dev.filip.folder.Dtype;
import dev.filip.folder.TensorInfo;
import dev.filip.io.BadInput;
import dev.filip.loss.ContrastiveLoss;
import dev.filip.loss.DenseLoss;
import dev.filip.loss.FeaturePrecision;
import dev.filip.loss.GlobalLoss;
import dev.filip.loss.LateLoss;
import dev.filip.loss.LossGradient;
import dev.filip.loss.NonFiniteLoss;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.parity.ParityReport.Stage;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Our losses against a golden file of another program ({@code filip-golden-loss/1}): value and each
 * gradient. Each of its tensors is fp32 or fp64, and it is as exact as the least exact of them. A
 * fp32 golden judges what training runs: the streamed late loss, or the global loss. One that is
 * fp64 throughout judges the dense oracle in fp64, and then the same loss as training runs it, in
 * fp32, under stages named {@code fp32.*} with fp32's tolerance.
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

  /**
   * A golden file {@code filip-golden-loss/1}, checked before anything is computed: whatever is
   * wrong is {@link BadInput} naming file, tensor and rule. Tensors belong to the caller's scope.
   *
   * @param late whether tokens are compared; else embeddings
   * @param fp64 whether all its numbers are fp64; else some are fp32
   * @param image {@code [b,n,d]} tokens or {@code [b,d]} embeddings
   * @param length valid tokens of each text; ones for embeddings
   */
  private record LossGolden(
      Path file,
      boolean late,
      boolean fp64,
      Tensor image,
      Tensor text,
      int[] length,
      double logScale) {
    static final String FORMAT = "filip-golden-loss/1";

    static LossGolden read(Path file, Safetensors golden) {
      return new Reader(file, golden).read();
    }

    /** Names of the gradients in the file, image first. */
    List<String> gradients() {
      return late
          ? List.of("grad_image_tokens", "grad_text_tokens")
          : List.of("grad_image_embeds", "grad_text_embeds");
    }

    private static final class Reader {
      private final Path file;
      private final Safetensors golden;

      Reader(Path file, Safetensors golden) {
        this.file = file;
        this.golden = golden;
      }

      LossGolden read() {
        Map<String, String> metadata = golden.metadata();
        one(metadata, "format", List.of(FORMAT));
        boolean late = one(metadata, "loss", List.of("late", "global")).equals("late");
        String kind = late ? "tokens" : "embeds";
        TensorInfo image = floating("image_" + kind);
        long[] sizes = image.shape();
        if (sizes.length != (late ? 3 : 2) || Arrays.stream(sizes).anyMatch(s -> s < 1)) {
          throw wrong(
              image.name(),
              "must be " + (late ? "[b,n,d]" : "[b,d]") + ", got " + Arrays.toString(sizes));
        }
        long b = sizes[0];
        long d = sizes[sizes.length - 1];
        TensorInfo text = floating("text_" + kind);
        long m = late && text.shape().length == 3 ? text.shape()[1] : 1;
        long[] textShape = late ? new long[] {b, Math.max(m, 1), d} : new long[] {b, d};
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("image_" + kind, sizes);
        shapes.put("text_" + kind, textShape);
        shapes.put("grad_image_" + kind, sizes);
        shapes.put("grad_text_" + kind, textShape);
        for (String scalar : List.of("log_scale", "loss", "grad_log_scale")) {
          shapes.put(scalar, new long[0]);
        }
        shapes.forEach((name, shape) -> shaped(floating(name), shape));
        return new LossGolden(
            file,
            late,
            shapes.keySet().stream().allMatch(name -> info(name).dtype() == Dtype.F64),
            golden.tensor("image_" + kind),
            golden.tensor("text_" + kind),
            lengths(late, b, m),
            golden.tensor("log_scale").item_double());
      }

      private int[] lengths(boolean late, long b, long m) {
        if (!late) {
          int[] ones = new int[Math.toIntExact(b)];
          Arrays.fill(ones, 1);
          return ones;
        }
        TensorInfo lengths = info("text_length");
        if (lengths.dtype() != Dtype.I64) {
          throw wrong("text_length", "must be I64, got " + lengths.dtype());
        }
        shaped(lengths, b);
        long[] length = Tensors.toLongs(golden.tensor("text_length"));
        for (int i = 0; i < length.length; i++) {
          if (length[i] < 1 || length[i] > m) {
            throw wrong("text_length", "must be in [1, " + m + "], got " + length[i] + " at " + i);
          }
        }
        return Arrays.stream(length).mapToInt(Math::toIntExact).toArray();
      }

      private String one(Map<String, String> metadata, String key, List<String> of) {
        String value = metadata.getOrDefault(key, "nothing");
        if (!of.contains(value)) {
          throw new BadInput(
              file
                  + ": metadata "
                  + key
                  + " must be "
                  + String.join(" or ", of)
                  + ", got "
                  + value);
        }
        return value;
      }

      private TensorInfo info(String name) {
        TensorInfo info = golden.tensors().get(name);
        if (info == null) {
          throw wrong(name, "it is missing");
        }
        return info;
      }

      private TensorInfo floating(String name) {
        TensorInfo info = info(name);
        if (info.dtype() != Dtype.F32 && info.dtype() != Dtype.F64) {
          throw wrong(name, "must be F32 or F64, got " + info.dtype());
        }
        return info;
      }

      private void shaped(TensorInfo info, long... shape) {
        if (!Arrays.equals(info.shape(), shape)) {
          throw wrong(
              info.name(),
              "must be " + Arrays.toString(shape) + ", got " + Arrays.toString(info.shape()));
        }
      }

      private BadInput wrong(String tensor, String rule) {
        return new BadInput(file + ": tensor " + tensor + ": " + rule);
      }
    }
  }
}
