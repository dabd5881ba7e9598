package dev.filip.loss;

import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.StepScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Products of a loss's features with fp32 sums: of 16-bit features on a GPU by its tensor cores,
 * which multiply 16-bit numbers exactly and add in fp32; elsewhere the features are widened, which
 * gives the same numbers up to the order of sums. Never TF32. Immutable; results are of the open
 * scope.
 */
final class Products {
  private static final int PARTS = 3;
  private static final double FP16_TOP = 13;

  private final ScalarType type;
  private final boolean narrow;

  private Products(ScalarType type, boolean narrow) {
    this.type = type;
    this.narrow = narrow;
  }

  /**
   * Of features of a precision on a device. Tries a small product there: a libtorch that cannot add
   * 16-bit products in fp32 is told of in one line on standard error, and features are widened.
   */
  static Products of(FeaturePrecision precision, ComputeDevice device) {
    ScalarType type = precision.type();
    if (device.isCpu() || precision == FeaturePrecision.FP32) {
      return new Products(type, false);
    }
    try (var _ = new StepScope()) {
      Tensor small =
          torch.zeros(
              new long[] {16, 16},
              new TensorOptions(type).device(new DeviceOptional(device.device())));
      torch.mm(small, small, ScalarType.Float);
      return new Products(type, true);
    } catch (RuntimeException e) {
      System.err.println(
          "filip: no "
              + precision.word()
              + " products with fp32 sums, the loss takes fp32 ones: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      return new Products(type, false);
    }
  }

  /** {@code [r,d]} by {@code [d,s]} features: {@code [r,s]} fp32. */
  Tensor features(Tensor a, Tensor b) {
    return narrow
        ? torch.mm(a, b, ScalarType.Float)
        : a.to(ScalarType.Float).matmul(b.to(ScalarType.Float));
  }

  /**
   * fp32 {@code weights [r,s]} by {@code features [s,d]}, added to {@code sum [r,d]} fp32. 16-bit
   * ones are multiplied by three 16-bit parts of each weight, which together are the weight: all
   * its 24 bits for bf16; for fp16, whose range is short, to 2^-38 of the largest weight.
   */
  void add(Tensor sum, Tensor weights, Tensor features) {
    if (type == ScalarType.Float) {
      sum.add_(weights.matmul(features));
      return;
    }
    boolean half = type == ScalarType.Half;
    Tensor factor = half ? factor(weights) : weights;
    Tensor rest = half ? weights.mul(factor) : weights;
    Tensor part = rest.to(type);
    Tensor product = features(part, features);
    for (int k = 1; k < PARTS; k++) {
      rest = rest.sub(part);
      part = rest.to(type);
      product.add_(features(part, features));
    }
    sum.add_(half ? product.div_(factor) : product);
  }

  /** The power of 2 that brings the largest weight below 2^14. */
  private static Tensor factor(Tensor weights) {
    Tensor most = weights.abs().max().clamp_min(new Scalar(Float.MIN_NORMAL));
    return most.log2().floor().neg().add(new Scalar(FP16_TOP)).clamp_max(new Scalar(100.0)).exp2();
  }
}
