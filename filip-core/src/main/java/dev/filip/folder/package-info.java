/** A model folder's files, read without a native library: config, safetensors, tensor names. */
@NullMarked
package dev.filip.folder;

import org.jspecify.annotations.NullMarked;
