/** The two towers, FilipModel and the Encoder (arrays in, arrays out). */
@NullMarked
package dev.filip.model;

import org.jspecify.annotations.NullMarked;
