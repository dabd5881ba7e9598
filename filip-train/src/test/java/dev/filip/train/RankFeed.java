package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.BatchFeed;
import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * One rank's rows of every batch: the batch is the one that a single process would see, and the
 * cursor counts whole batches, so that neither depends on the number of ranks. Owns the whole feed.
 */
final class RankFeed implements BatchFeed {
  private final BatchFeed whole;
  private final int rank;
  private final int world;

  RankFeed(BatchFeed whole, int rank, int world) {
    this.whole = whole;
    this.rank = rank;
    this.world = world;
  }

  @Override
  public TrainBatch next() throws IOException {
    TrainBatch all = whole.next();
    int each = all.tokens().rows() / world;
    return TrainBatch.of(
        new Part(all.pixels(), rank * each, each), all.tokens().slice(rank * each, each));
  }

  @Override
  public JsonNode cursor() {
    return whole.cursor();
  }

  @Override
  public String leftOut() {
    return whole.leftOut();
  }

  @Override
  public void close() {
    whole.close();
  }

  /** Some neighbours of a batch. */
  private record Part(Pixels all, int first, int size) implements Pixels {
    @Override
    public int each() {
      return all.each();
    }

    @Override
    public void write(int from, int count, MemorySegment to) {
      all.write(first + from, count, to);
    }
  }
}
