/** One bit a number: token codes for a first, cheap look at every image of a large corpus. */
@NullMarked
package dev.filip.codes;

import org.jspecify.annotations.NullMarked;
