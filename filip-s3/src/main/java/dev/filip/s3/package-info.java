/** Shards in S3 and in stores that speak its protocol. */
@NullMarked
package dev.filip.s3;

import org.jspecify.annotations.NullMarked;
