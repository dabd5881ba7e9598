/** Judging: zero-shot, retrieval, pointing; and looking: similarity, explain. */
@NullMarked
package dev.filip.eval;

import org.jspecify.annotations.NullMarked;
