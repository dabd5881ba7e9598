/** The training loop, its checkpoints, metrics and health signs. */
@NullMarked
package dev.filip.train;

import org.jspecify.annotations.NullMarked;
