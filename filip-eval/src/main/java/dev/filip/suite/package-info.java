/** Zero-shot classification on every data set of a folder, with image tokens kept on disk. */
@NullMarked
package dev.filip.suite;

import org.jspecify.annotations.NullMarked;
