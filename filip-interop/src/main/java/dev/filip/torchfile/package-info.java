/**
 * PyTorch's files of pickled tensors, read without executing anything: a fixed list of names, and
 * the tensors behind it, mapped.
 */
@NullMarked
package dev.filip.torchfile;

import org.jspecify.annotations.NullMarked;
