/** Shards in any file system that Hadoop has a connector for. */
@NullMarked
package dev.filip.hadoop;

import org.jspecify.annotations.NullMarked;
