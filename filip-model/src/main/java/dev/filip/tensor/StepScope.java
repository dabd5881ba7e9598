package dev.filip.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Owner of every native object that this thread makes until {@link #close}: one per training step
 * (and one per block under gradient checkpointing). The program runs without JavaCPP's garbage
 * collection, so whatever is made outside a scope leaks.
 *
 * <p>Bound to the thread that opened it; scopes nest. What {@code grad()}, {@code mutable_grad()}
 * and {@code TensorVector.get(i)} return only points into its owner: copy the handle with {@code
 * new Tensor(t)} before it leaves.
 */
public final class StepScope implements AutoCloseable {
  private final Thread owner = Thread.currentThread();
  private final @Nullable PointerScope outer = PointerScope.getInnerScope();
  private final PointerScope pointers = new PointerScope();

  /** Lets {@code pointer} outlive every scope; the caller closes it. */
  public <P extends Pointer> P keep(P pointer) {
    pointer.retainReference();
    return pointer;
  }

  /** Hands {@code pointer} to the enclosing scope; without one the caller closes it. */
  public <P extends Pointer> P up(P pointer) {
    if (outer == null) {
      return keep(pointer);
    }
    outer.attach(pointer);
    return pointer;
  }

  /** Frees everything not kept or handed up. */
  @Override
  public void close() {
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException("a step scope of " + owner + " closed by another thread");
    }
    pointers.close();
  }
}
