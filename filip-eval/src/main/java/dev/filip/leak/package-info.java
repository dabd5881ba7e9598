/** Near-duplicates between what is trained on and what is judged on. */
@NullMarked
package dev.filip.leak;

import org.jspecify.annotations.NullMarked;
