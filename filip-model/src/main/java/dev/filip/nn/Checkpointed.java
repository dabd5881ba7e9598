package dev.filip.nn;

import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;

/**
 * Gradient checkpointing of a function of one tensor (and of parameters it holds).
 *
 * <p>libtorch's autograd functions cannot be written in Java, so the node is made of parts: the
 * result is a copy of the input (whose backward is the identity) holding the function's values,
 * with a hook that replaces the gradient of the output by that of the input, computing the function
 * again and leaving the parameters' gradients in place. The function must be deterministic.
 */
final class Checkpointed {
  private Checkpointed() {}

  /** {@code f(x)}, same shape as x. Without recording it is just {@code f(x)}. */
  static Tensor forward(UnaryOperator<Tensor> f, Tensor x) {
    if (!GradMode.isOn()) {
      return f.apply(x);
    }
    Tensor root = x.requires_grad() ? x : leaf(x);
    Tensor result = root.clone();
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      result.detach().copy_(f.apply(x));
    }
    Tensor input = x.detach();
    result.register_hook(
        new TensorTensorHook() {
          @Override
          public TensorBase call(TensorBase gradient) {
            return again(f, input, new Tensor(gradient));
          }
        });
    return result;
  }

  private static Tensor again(UnaryOperator<Tensor> f, Tensor input, Tensor gradient) {
    try (StepScope scope = new StepScope();
        var _ = GradMode.on()) {
      Tensor x = leaf(input);
      f.apply(x).backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
      return scope.up(new Tensor(x.grad()));
    }
  }

  private static Tensor leaf(Tensor x) {
    Tensor leaf = x.detach();
    leaf.requires_grad_(true);
    return leaf;
  }
}
