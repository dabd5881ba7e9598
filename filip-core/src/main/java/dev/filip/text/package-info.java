/** CLIP's byte-level BPE, its training, text cleaning and prompts. */
@NullMarked
package dev.filip.text;

import org.jspecify.annotations.NullMarked;
