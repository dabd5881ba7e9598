/** The main job end to end and its one-file report. */
@NullMarked
package dev.filip.quickstart;

import org.jspecify.annotations.NullMarked;
