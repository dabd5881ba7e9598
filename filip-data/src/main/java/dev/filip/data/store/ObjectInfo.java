package dev.filip.data.store;

/**
 * What is known of an object without reading it.
 *
 * @param location where it lies, as it was asked for
 * @param size in bytes
 * @param version changes when the object does: its ETag, or size and modification time of a local
 *     file; {@link #UNKNOWN_VERSION} from a server that tells neither ETag nor time
 */
public record ObjectInfo(String location, long size, String version) {
  /** Only the size tells such an object from another; a cut transfer of it begins anew. */
  public static final String UNKNOWN_VERSION = "unknown";
}
