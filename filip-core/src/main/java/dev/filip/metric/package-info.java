/** From scores to ranks, whole or block by block, and to mean per-class recall. No I/O. */
@NullMarked
package dev.filip.metric;

import org.jspecify.annotations.NullMarked;
