/** Pure functions from scores to metrics: recall@k, top-k, mean per class, pointing. No I/O. */
@NullMarked
package dev.filip.metric;

import org.jspecify.annotations.NullMarked;
