/** Sources of samples: webdataset shards, CSV, folders; the batch pipeline and its cursor. */
@NullMarked
package dev.filip.data;

import org.jspecify.annotations.NullMarked;
