/**
 * Judging: zero-shot, retrieval, pointing, binding. Every metric is defined in docs/EVALUATION.md.
 * Letters of shapes: b batch, n image tokens, m text tokens, d embedding width, c classes, p
 * prompts a class.
 */
@NullMarked
package dev.filip.eval;

import org.jspecify.annotations.NullMarked;
