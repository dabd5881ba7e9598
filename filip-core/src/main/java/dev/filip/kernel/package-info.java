/**
 * Late interaction on arrays and segments: scalar oracles and Vector API forms. The only room with
 * jdk.incubator.vector.
 */
@NullMarked
package dev.filip.kernel;

import org.jspecify.annotations.NullMarked;
