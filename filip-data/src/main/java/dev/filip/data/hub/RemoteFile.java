package dev.filip.data.hub;

import java.net.URI;

/**
 * A file of a model as the hub announces it.
 *
 * @param address at the hub itself; where its bytes are it says when they are asked for
 * @param size bytes
 */
record RemoteFile(String name, URI address, BlobHash hash, long size) {}
