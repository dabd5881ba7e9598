/**
 * A plugin for OpenSearch: images are ranked by late interaction with a query, by a script over
 * binary doc values, with the kernel of the embedded index. Opens no connection, and no files but
 * those of the models that the node's setting names, at its start.
 */
@NullMarked
package dev.filip.opensearch;

import org.jspecify.annotations.NullMarked;
