/** Studies: many runs from one config, each a process of its own, and the table they make. */
@NullMarked
package dev.filip.study;

import org.jspecify.annotations.NullMarked;
