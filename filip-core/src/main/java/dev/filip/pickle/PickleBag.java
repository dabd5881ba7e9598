package dev.filip.pickle;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An object of a class that is on the list (TorchScript's modules, {@code argparse.Namespace}) as
 * what it holds: attributes by name, nothing else. Not thread-safe.
 *
 * @param type the class's full name
 */
public record PickleBag(String type, Map<Object, Object> attributes) {
  /** Without attributes. */
  public PickleBag(String type) {
    this(type, new LinkedHashMap<>());
  }

  // two objects are two objects, and a cycle must not run through equals and hashCode
  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return type;
  }
}
