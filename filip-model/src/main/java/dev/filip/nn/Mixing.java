package dev.filip.nn;

import dev.filip.tensor.Compute;
import org.bytedeco.pytorch.Tensor;

/** What attention does between its projections: {@code softmax(q k^T / sqrt(w/h)) v} by head. */
sealed interface Mixing permits HeadMixing, OpenMixing {
  /** Queries, keys and values {@code [b,h,n,w/h] -> [b,h,n,w/h]}. */
  Tensor attend(Tensor qs, Tensor ks, Tensor vs, Compute compute);
}
