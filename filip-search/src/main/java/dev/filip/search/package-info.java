/**
 * A token index of images on disk: filled, searched and changed, by late interaction over stored
 * tokens, with metadata and filters in Lucene. No natives; a query comes encoded, of words by
 * {@link dev.filip.search.PlainQueryEncoder} or by any other {@link dev.filip.search.QueryEncoder}.
 *
 * <p>An index opened and searched:
 *
 * {@snippet file="dev/filip/search/examples/OpenAndSearch.java" region="search"}
 *
 * <p>{@link dev.filip.search.Snapshot} is one state of an index, or of several ({@link
 * dev.filip.search.Shards}); {@link dev.filip.search.IndexEditor} is the one writer. {@link
 * dev.filip.search.LateRescorer} ranks hits of a Lucene index of one's own:
 *
 * {@snippet file="dev/filip/search/examples/RescoreInLucene.java" region="rescore"}
 */
@NullMarked
package dev.filip.search;

import org.jspecify.annotations.NullMarked;
