package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.function.Supplier;

/** Where a training loop's batches come from, in an order fixed by the seed. Used by one thread. */
public interface BatchFeed extends AutoCloseable {
  /**
   * The next batch; waits for it.
   *
   * @throws DataStopped when so much fails that it is not the samples; on all ranks at once
   */
  TrainBatch next() throws IOException;

  /**
   * Where the batch after the last one given stands, to go on from there. All ranks ask together.
   */
  JsonNode cursor();

  /**
   * What {@link #cursor} says now, for whoever takes another batch before it is asked for; all
   * ranks ask it together.
   */
  default Supplier<JsonNode> mark() {
    JsonNode now = cursor();
    return () -> now;
  }

  /** What was left out so far, one line, or empty. */
  String leftOut();

  @Override
  void close();
}
