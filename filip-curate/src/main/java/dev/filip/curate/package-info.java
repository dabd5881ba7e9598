/** Pairs of images and texts sifted by rules, from any source to training shards. */
@NullMarked
package dev.filip.curate;

import org.jspecify.annotations.NullMarked;
