/**
 * PyTorch's files of pickled tensors, read without executing anything: a small pickle machine that
 * knows a fixed list of names, and the tensors behind it, mapped.
 */
@NullMarked
package dev.filip.pickle;

import org.jspecify.annotations.NullMarked;
