/** The text tower in plain Java: words to token vectors without a native library. */
@NullMarked
package dev.filip.textmodel;

import org.jspecify.annotations.NullMarked;
