/**
 * A token index of images on disk: filled, searched and changed, by exact late interaction over
 * stored tokens, with metadata and filters in Lucene. No natives, no model: queries come encoded.
 */
@NullMarked
package dev.filip.search;

import org.jspecify.annotations.NullMarked;
