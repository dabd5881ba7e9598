/**
 * The library in a few lines: {@link dev.filip.Filip}. Everything behind it may be used directly as
 * well.
 */
@NullMarked
package dev.filip;

import org.jspecify.annotations.NullMarked;
