package dev.filip.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/**
 * Owner of native objects that live longer than a step: weights and what wraps them. Thread-safe.
 */
public final class Kept implements AutoCloseable {
  private final List<Pointer> pointers = new ArrayList<>();

  /** Owns {@code pointer} from now on, whatever scope it was made in. */
  public synchronized <P extends Pointer> P add(P pointer) {
    pointer.retainReference();
    pointers.add(pointer);
    return pointer;
  }

  /** Releases all, the last first; idempotent. */
  @Override
  public synchronized void close() {
    for (Pointer pointer : pointers.reversed()) {
      pointer.releaseReference();
    }
    pointers.clear();
  }
}
