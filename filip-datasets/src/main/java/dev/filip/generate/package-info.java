/**
 * Data sets that are generated (scenes) or fetched by the user's own command (emoji, openclipart).
 */
@NullMarked
package dev.filip.generate;

import org.jspecify.annotations.NullMarked;
