/**
 * Pictures: patch grids over images, heat maps, curves, the report page. Given numbers, never
 * computing similarities; no I/O but {@link dev.filip.viz.Report#write}.
 */
@NullMarked
package dev.filip.viz;

import org.jspecify.annotations.NullMarked;
