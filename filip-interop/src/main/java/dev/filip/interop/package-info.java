/**
 * Weights of other programs: their names and forms beside ours, what is read and what is left out.
 */
@NullMarked
package dev.filip.interop;

import org.jspecify.annotations.NullMarked;
