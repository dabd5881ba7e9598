/** Decoding, the resize that equals PIL's, preprocessing and augmentation. */
@NullMarked
package dev.filip.image;

import org.jspecify.annotations.NullMarked;
