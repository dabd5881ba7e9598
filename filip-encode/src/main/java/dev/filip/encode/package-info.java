/**
 * The encoder: images and texts to unit vectors, and looking at them: similarity, alignment,
 * explain. Letters of shapes: b batch, n image tokens, m text tokens, d embedding width.
 */
@NullMarked
package dev.filip.encode;

import org.jspecify.annotations.NullMarked;
