/** safetensors and the model folder, written atomically, read strictly. */
@NullMarked
package dev.filip.checkpoint;

import org.jspecify.annotations.NullMarked;
