package dev.filip.data.store;

/**
 * What is known of an object without reading it.
 *
 * @param location where it lies, as it was asked for
 * @param size in bytes
 * @param version changes when the object does: its ETag, or size and modification time of a local
 *     file
 */
public record ObjectInfo(String location, long size, String version) {}
