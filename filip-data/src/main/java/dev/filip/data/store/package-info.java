/**
 * Where shards lie: local files, web servers, buckets; and the cache of remote shards that the
 * processes of a machine share.
 */
@org.jspecify.annotations.NullMarked
package dev.filip.data.store;
