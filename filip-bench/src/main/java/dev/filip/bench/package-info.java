/** JMH benchmarks; whole-process comparisons live in bench/. */
@NullMarked
package dev.filip.bench;

import org.jspecify.annotations.NullMarked;
