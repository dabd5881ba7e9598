/** Tables of URLs fetched, politely and safely, to webdataset shards as img2dataset lays them. */
@NullMarked
package dev.filip.download;

import org.jspecify.annotations.NullMarked;
