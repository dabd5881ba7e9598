package dev.filip.pickle;

import dev.filip.checkpoint.Dtype;

/**
 * The numbers behind one or more tensors.
 *
 * @param key its name in the file
 * @param count numbers in it
 */
record Storage(String key, Dtype dtype, long count) {}
