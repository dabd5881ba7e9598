/**
 * Models and sources on one side, the search index on the other: filling it, asking it, showing
 * why.
 */
@NullMarked
package dev.filip.indexing;

import org.jspecify.annotations.NullMarked;
