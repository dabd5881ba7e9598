package dev.filip.nn;

import dev.filip.tensor.BoxedCall;
import dev.filip.tensor.CpuFeatures;
import dev.filip.tensor.Kept;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A product in 8-bit integers, fp32 in and out: weights are quantised once, symmetric, one scale an
 * output row; activations at each call, one scale a call. Without VNNI sums of two products may
 * overflow 16 bits, so activations keep 7 bits there.
 */
final class Int8Product implements Product {
  private static final double LARGEST = 127;

  private final BoxedCall call;
  private final IValue packed;
  private final IValue reduceRange;
  private final Product.After after;

  /** Quantises {@code [out, in]} fp32. */
  Int8Product(Kept kept, Tensor weight, Tensor bias, Product.After after) {
    boolean vnni = CpuFeatures.here().flags().contains("avx512_vnni");
    torch.globalContext().setQEngine(engine(vnni));
    call = new BoxedCall(kept, "quantized::linear_dynamic");
    IValue prepacked =
        new BoxedCall(kept, "quantized::linear_prepack")
            .call(new IValue(quantised(weight)), new IValue(bias));
    packed = kept.add(new IValue(prepacked));
    reduceRange = kept.add(new IValue(!vnni));
    this.after = after;
  }

  private static Tensor quantised(Tensor weight) {
    long rows = weight.size(0);
    Tensor largest = weight.abs().amax(new long[] {1}, false).clamp_min(new Scalar(1e-30));
    Tensor scales = largest.div(new Scalar(LARGEST)).to(ScalarType.Double);
    Tensor zeros = torch.zeros(new long[] {rows}, new TensorOptions(ScalarType.Long));
    return torch.quantize_per_channel(weight, scales, zeros, 0, ScalarType.QInt8);
  }

  private static torch.QEngine engine(boolean vnni) {
    String arch = System.getProperty("os.arch");
    if (!arch.equals("amd64") && !arch.equals("x86_64")) {
      return torch.QEngine.QNNPACK;
    }
    return vnni ? torch.QEngine.ONEDNN : torch.QEngine.FBGEMM;
  }

  @Override
  public Tensor forward(Tensor x) {
    return after.apply(new Tensor(call.call(new IValue(x), packed, reduceRange).toTensor()));
  }
}
