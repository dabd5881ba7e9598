package dev.filip.tensor;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorHandleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * An operator of libtorch that has no Java binding, found by name. A call costs about 7 µs more
 * than a bound one, so it is for operators that work long. Thread-safe; the handle lives as long as
 * its {@link Kept}.
 */
public final class BoxedCall {
  private final OperatorHandle handle;

  /**
   * @param name with its name space, such as {@code quantized::linear_dynamic}; the overload is the
   *     unnamed one
   * @throws IllegalArgumentException when this libtorch has no such operator
   */
  public BoxedCall(Kept kept, String name) {
    this(kept, name, "");
  }

  /** The same of an overload with a name, such as {@code Scalar}. */
  public BoxedCall(Kept kept, String name, String overload) {
    if (!exists(name, overload)) {
      String of = overload.isEmpty() ? name : name + "." + overload;
      throw new IllegalArgumentException("this libtorch has no operator " + of);
    }
    try (var _ = new StepScope()) {
      handle =
          kept.add(new OperatorHandle(Dispatcher.singleton().findSchemaOrThrow(name, overload)));
    }
  }

  /** Whether this build of libtorch has it. */
  public static boolean exists(String name) {
    return exists(name, "");
  }

  private static boolean exists(String name, String overload) {
    try (var _ = new StepScope()) {
      OperatorHandleOptional found =
          Dispatcher.singleton().findSchema(new org.bytedeco.pytorch.OperatorName(name, overload));
      return found.has_value();
    }
  }

  /** A list of tensors as an argument; of the caller's scope. */
  public static IValue list(List<Tensor> tensors) {
    GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
    tensors.forEach(t -> list.push_back(new IValue(t)));
    return new IValue(list);
  }

  /** Of an operator that gives nothing back. */
  public void run(IValue... arguments) {
    handle.callBoxed(new IValueVector(arguments));
  }

  /** The first result; what it makes belongs to the caller's scope. */
  public IValue call(IValue... arguments) {
    IValueVector stack = new IValueVector(arguments);
    handle.callBoxed(stack);
    return stack.get(0);
  }
}
