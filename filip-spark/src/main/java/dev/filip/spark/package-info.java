/** The ranks of a run as the tasks of one barrier stage of Spark. */
@NullMarked
package dev.filip.spark;

import org.jspecify.annotations.NullMarked;
