package dev.filip.nn;

import dev.filip.tensor.Compute;
import dev.filip.tensor.CpuFeatures;
import dev.filip.tensor.Kept;
import dev.filip.tensor.Precision;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How products are packed for one arithmetic on one device, and who owns what is packed. */
final class Packing {
  private final Compute compute;
  private final Kept kept;
  private final boolean oneDnn;

  Packing(Compute compute, Kept kept) {
    this.compute = compute;
    this.kept = kept;
    boolean sixteen = compute.precision() == Precision.BF16;
    oneDnn =
        compute.device().isCpu()
            && (!sixteen || CpuFeatures.here().fastBf16())
            && OneDnnProduct.available();
  }

  Kept kept() {
    return kept;
  }

  /** The type that products take: fp32, or the 16 bits of the arithmetic. */
  ScalarType type() {
    return switch (compute.precision()) {
      case FP32, INT8 -> ScalarType.Float;
      case BF16 -> ScalarType.BFloat16;
      case FP16 -> ScalarType.Half;
    };
  }

  /** Packs {@code [out, in]} and {@code [out]}, both fp32 without gradient. */
  Product product(Tensor weight, Tensor bias, Product.After after) {
    if (compute.precision() == Precision.INT8) {
      return new Int8Product(kept, weight, bias, after);
    }
    Tensor w = weight.to(type()).contiguous();
    Tensor b = bias.to(type()).contiguous();
    return oneDnn ? new OneDnnProduct(kept, w, b, after) : new PlainProduct(kept, w, b, after);
  }

  /** libtorch's own linear map, then the activation: for GPUs and builds without oneDNN. */
  private static final class PlainProduct implements Product {
    private final Tensor weight;
    private final TensorOptional bias;
    private final Product.After after;

    /** Keeps both tensors: {@code [out, in]} and {@code [out]} of the type that x will have. */
    PlainProduct(Kept kept, Tensor weight, Tensor bias, Product.After after) {
      this.weight = kept.add(weight);
      this.bias = kept.add(new TensorOptional(bias));
      this.after = after;
    }

    @Override
    public Tensor forward(Tensor x) {
      return after.apply(torch.linear(x, weight, bias));
    }
  }
}
