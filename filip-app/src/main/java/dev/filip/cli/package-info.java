/** picocli commands: parse, call, print. No logic. */
@NullMarked
package dev.filip.cli;

import org.jspecify.annotations.NullMarked;
