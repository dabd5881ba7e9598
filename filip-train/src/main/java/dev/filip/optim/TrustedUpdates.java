package dev.filip.optim;

import dev.filip.tensor.BoxedCall;
import dev.filip.tensor.Kept;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * LAMB's last part for a device, {@code p -= rate * trust(|p|, |u|) * u} of many parameters by
 * libtorch's multi-tensor operations: norms and trust ratios stay there, so that no step waits for
 * a number on its way to the host and back. {@link Lamb} itself is the oracle. Not thread-safe.
 */
final class TrustedUpdates implements AutoCloseable {
  private final Kept owned = new Kept();
  private final BoxedCall norm = new BoxedCall(owned, "aten::_foreach_norm", "Scalar");
  private final BoxedCall addProducts = new BoxedCall(owned, "aten::_foreach_addcmul_", "Scalar");
  private final double mostWeightNorm;

  TrustedUpdates(double mostWeightNorm) {
    this.mostWeightNorm = mostWeightNorm;
  }

  /** Changes the values by their updates; in the caller's scope. */
  void apply(List<Tensor> values, List<Tensor> updates, double rate) {
    Tensor weight = norms(values).clamp_max(new Scalar(mostWeightNorm));
    Tensor update = norms(updates);
    Tensor none = weight.eq(new Scalar(0.0)).logical_or(update.eq(new Scalar(0.0)));
    Tensor trust = weight.div(update).masked_fill_(none, new Scalar(1.0));
    TensorVector each = trust.unbind(0);
    List<Tensor> ratios = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      ratios.add(each.get(i)); // points into the list, which lives as long
    }
    addProducts.run(
        BoxedCall.list(values),
        BoxedCall.list(updates),
        BoxedCall.list(ratios),
        new IValue(new Scalar(-rate)));
  }

  /** {@code [tensors]}. */
  private Tensor norms(List<Tensor> tensors) {
    IValue found = norm.call(BoxedCall.list(tensors), new IValue(new Scalar(2.0)), new IValue());
    return torch.stack(found.toTensorVector(), 0);
  }

  @Override
  public void close() {
    owned.close();
  }
}
