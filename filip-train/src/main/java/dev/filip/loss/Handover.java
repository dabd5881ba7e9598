package dev.filip.loss;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Lets a result out of a scope of ours. */
final class Handover {
  private Handover() {}

  /** Gives the tensor to the caller's scope, or to the caller alone where there is none. */
  static Tensor to(@Nullable PointerScope caller, Tensor tensor) {
    if (caller == null) {
      tensor.retainReference();
    } else {
      caller.attach(tensor);
    }
    return tensor;
  }
}
