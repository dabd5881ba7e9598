/** What the tests of several modules share. */
@NullMarked
package dev.filip.testing;

import org.jspecify.annotations.NullMarked;
