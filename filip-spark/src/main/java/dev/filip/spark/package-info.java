/**
 * The ranks of a run as the tasks of one barrier stage of Spark, the shares of a curation as those
 * of two stages.
 */
@NullMarked
package dev.filip.spark;

import org.jspecify.annotations.NullMarked;
