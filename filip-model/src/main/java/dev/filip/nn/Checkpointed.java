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
 * Gradient checkpointing of functions of one tensor (and of parameters they hold), one after the
 * other: a stack's blocks of one forward pass.
 *
 * <p>libtorch's autograd functions cannot be written in Java, so the node is made of parts: the
 * result is a copy of the input (whose backward is the identity) holding the function's values,
 * with a hook that replaces the gradient of the output by that of the input, computing the function
 * again and leaving the parameters' gradients in place. The function must be deterministic.
 *
 * <p>The hook runs on the thread of the backward pass; for a GPU that is a thread of libtorch's
 * own, which has no scope. So what it gives back lies in one tensor of the forward pass's scope,
 * which each block overwrites: libtorch holds what it still needs.
 */
final class Checkpointed {
  private final Tensor given = new Tensor();

  /** Of one forward pass, in its scope, which must be open until the backward pass is done. */
  Checkpointed() {}

  /** {@code f(x)}, same shape as x. Without recording it is just {@code f(x)}. */
  Tensor forward(UnaryOperator<Tensor> f, Tensor x) {
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
            try (gradient) { // a handle of our own
              return again(f, input, gradient);
            }
          }
        });
    return result;
  }

  private Tensor again(UnaryOperator<Tensor> f, Tensor input, TensorBase gradient) {
    try (var _ = new StepScope();
        var _ = GradMode.on()) {
      Tensor x = leaf(input);
      Tensor dy = new Tensor(gradient);
      f.apply(x).backward(dy, new BoolOptional(), false, new TensorArrayRefOptional());
      given.put(x.grad());
      return given;
    }
  }

  private static Tensor leaf(Tensor x) {
    Tensor leaf = x.detach();
    leaf.requires_grad_(true);
    return leaf;
  }
}
