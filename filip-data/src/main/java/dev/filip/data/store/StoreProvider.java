package dev.filip.data.store;

/**
 * Makes stores of schemes; found by {@link java.util.ServiceLoader}, so that an optional jar on the
 * class path adds a kind of place.
 */
public interface StoreProvider {
  /**
   * Whether it reads them.
   *
   * @param scheme what stands before {@code ://}, lower case: {@code s3}
   */
  boolean reads(String scheme);

  /** A new store of a scheme that it reads; its owner closes it. */
  Store create(String scheme, Timeouts timeouts);
}
