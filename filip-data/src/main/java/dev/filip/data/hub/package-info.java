/**
 * Models of the Hugging Face hub: what an import needs of one, fetched over HTTP into the cache
 * that Python's tools use, too.
 */
@org.jspecify.annotations.NullMarked
package dev.filip.data.hub;
