/**
 * The linear probe: a linear classifier on frozen features, as docs/EVALUATION.md defines it.
 * Letters of shapes: n rows, d features, c classes, k outputs (c, or 1 of two classes).
 */
@NullMarked
package dev.filip.eval.probe;

import org.jspecify.annotations.NullMarked;
