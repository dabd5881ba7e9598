/**
 * Token vectors as one value, whatever holds them and in whichever type, and the files that keep
 * them. Letters of shapes: d embedding width.
 */
@NullMarked
package dev.filip.tokens;

import org.jspecify.annotations.NullMarked;
