/**
 * A plugin for OpenSearch: images are ranked by late interaction with a query, by a script over
 * binary doc values, with the kernel of the embedded index. Opens no file and no connection.
 */
@NullMarked
package dev.filip.opensearch;

import org.jspecify.annotations.NullMarked;
