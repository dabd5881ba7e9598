/** Contrastive losses as pure functions with their own gradient, beside their autograd oracles. */
@NullMarked
package dev.filip.loss;

import org.jspecify.annotations.NullMarked;
