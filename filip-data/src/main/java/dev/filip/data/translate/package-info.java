/**
 * Back-translation of captions, the paper's text augmentation (section 3.3): engines behind {@link
 * dev.filip.data.translate.Translator}, and shards written again with what they gave.
 */
@NullMarked
package dev.filip.data.translate;

import org.jspecify.annotations.NullMarked;
