/** LAMB, AdamW, parameter groups and schedules. */
@NullMarked
package dev.filip.optim;

import org.jspecify.annotations.NullMarked;
