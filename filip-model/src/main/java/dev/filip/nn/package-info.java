/** Attention, MLP and block as functions on tensors. */
@NullMarked
package dev.filip.nn;

import org.jspecify.annotations.NullMarked;
