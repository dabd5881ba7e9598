package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.Pixels;
import dev.filip.text.TokenBatch;
import java.io.IOException;

/** Where the loop's batches come from, in an order fixed by the seed. Used by one thread. */
interface BatchFeed extends AutoCloseable {
  /** One batch: image i belongs to row i. */
  record Batch(Pixels pixels, TokenBatch tokens) {}

  /** The next batch; waits for it. */
  Batch next() throws IOException;

  /** Where the batch after the last one given stands, to go on from there. */
  JsonNode cursor();

  /** What was left out so far, one line, or empty. */
  String skipped();

  @Override
  void close();
}
