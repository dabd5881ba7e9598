package dev.filip.data.store;

/**
 * Makes the store of one scheme; found by {@link java.util.ServiceLoader}, so that an optional jar
 * on the class path adds a kind of place.
 */
public interface StoreProvider {
  /** What stands before {@code ://}, lower case: {@code s3}. */
  String scheme();

  /** A new store; its owner closes it. */
  Store create(Timeouts timeouts);
}
