package dev.filip.tensor;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorHandleOptional;

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
    if (!exists(name)) {
      throw new IllegalArgumentException("this libtorch has no operator " + name);
    }
    try (var _ = new StepScope()) {
      handle = kept.add(new OperatorHandle(Dispatcher.singleton().findSchemaOrThrow(name, "")));
    }
  }

  /** Whether this build of libtorch has it. */
  public static boolean exists(String name) {
    try (var _ = new StepScope()) {
      OperatorHandleOptional found =
          Dispatcher.singleton().findSchema(new org.bytedeco.pytorch.OperatorName(name, ""));
      return found.has_value();
    }
  }

  /** The first result; what it makes belongs to the caller's scope. */
  public IValue call(IValue... arguments) {
    IValueVector stack = new IValueVector(arguments);
    handle.callBoxed(stack);
    return stack.get(0);
  }
}
