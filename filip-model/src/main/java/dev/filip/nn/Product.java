package dev.filip.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * A linear map whose weights were packed once for encoding, and the activation after it: {@code
 * [..., in] -> [..., out]} in the type of its arithmetic. Records no gradient. Thread-safe.
 */
interface Product {
  /** A new tensor of the caller's scope; {@code x} is left alone. */
  Tensor forward(Tensor x);
}
