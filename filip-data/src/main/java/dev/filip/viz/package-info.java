/** Pictures: patch grids over images, heat maps, curves. Given numbers, never computing them. */
@NullMarked
package dev.filip.viz;

import org.jspecify.annotations.NullMarked;
