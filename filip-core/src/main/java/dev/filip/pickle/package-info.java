/**
 * Python's pickles, read without executing anything: a small stack machine that knows a closed list
 * of names.
 */
@NullMarked
package dev.filip.pickle;

import org.jspecify.annotations.NullMarked;
