package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.BatchFeed;
import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import dev.filip.tensor.Compute;
import dev.filip.tensor.CopyQueue;
import dev.filip.tensor.PixelTable;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a run. For the CPU each is taken from the feed when it is asked for. For a device
 * the next one is {@linkplain #fetch fetched} while a step still runs there: its bytes are copied
 * beside the step's work and wait on the device when their step begins. The cursor stands behind
 * the last batch that was taken, not behind one that waits. Borrows the feed; used by one thread.
 */
final class BatchQueue implements AutoCloseable {
  private final BatchFeed feed;
  private final @Nullable Sender sender;
  private Supplier<JsonNode> place;
  private @Nullable TrainBatch taken;
  private @Nullable Fetched waiting;

  /** What was fetched: a batch, or why there is none, and where the feed stood behind it. */
  private record Fetched(
      @Nullable TrainBatch batch, @Nullable Exception failure, Supplier<JsonNode> place) {}

  private BatchQueue(BatchFeed feed, @Nullable Sender sender) {
    this.feed = feed;
    this.sender = sender;
    this.place = feed::cursor;
  }

  /** For towers that read images where they are. */
  static BatchQueue plain(BatchFeed feed) {
    return new BatchQueue(feed, null);
  }

  /**
   * For a device, or for the CPU in the device's way.
   *
   * @param compute of the towers
   * @param side of their images
   */
  static BatchQueue ahead(BatchFeed feed, Compute compute, int side) {
    return new BatchQueue(feed, new Sender(compute, side));
  }

  /**
   * The next batch; valid until the next call.
   *
   * @throws dev.filip.data.DataStopped as the feed does, when the batch's turn comes
   */
  TrainBatch take() throws IOException {
    release();
    Fetched next = waiting == null ? sent() : waiting;
    waiting = null;
    if (next.failure != null) {
      switch (next.failure) {
        case RuntimeException e -> throw e;
        case IOException e -> throw e;
        default -> throw new IllegalStateException(next.failure);
      }
    }
    TrainBatch batch = Objects.requireNonNull(next.batch);
    place = next.place;
    taken = batch;
    return batch;
  }

  /**
   * Takes the next batch from the feed and sends it off, where batches are sent.
   *
   * @return whether that was done
   */
  boolean fetch() {
    if (sender == null || waiting != null) {
      return false;
    }
    try {
      waiting = sent();
    } catch (RuntimeException | IOException e) {
      waiting = new Fetched(null, e, place);
    }
    return true;
  }

  private Fetched sent() throws IOException {
    TrainBatch batch = feed.next();
    return sender == null
        ? new Fetched(batch, null, feed::cursor)
        : new Fetched(sender.send(batch), null, feed.mark());
  }

  /** Where the batch after the last one taken stands. All ranks ask together. */
  JsonNode cursor() {
    return place.get();
  }

  private void release() {
    free(taken);
    taken = null;
  }

  private static void free(@Nullable TrainBatch batch) {
    if (batch != null && batch.pixels() instanceof DevicePixels there) {
      there.close();
    }
  }

  @Override
  public void close() {
    release();
    if (waiting != null) {
      free(waiting.batch);
      waiting = null;
    }
    if (sender != null) {
      sender.close();
    }
  }

  /** Sends batches whose images are bytes; others stay where they are. */
  private static final class Sender implements AutoCloseable {
    private final Compute compute;
    private final int side;
    private final CopyQueue queue;
    private @Nullable PixelTable table;

    Sender(Compute compute, int side) {
      this.compute = compute;
      this.side = side;
      this.queue = new CopyQueue(compute.device());
    }

    TrainBatch send(TrainBatch batch) {
      Pixels images = batch.pixels();
      Pixels.Bytes bytes = images.bytes().orElse(null);
      if (bytes == null || images.each() != 3 * side * side) {
        return batch; // floats, or of a wrong size, which the towers refuse by name
      }
      PixelTable values = table;
      if (values == null) {
        values = new PixelTable(bytes.table(), compute);
        table = values;
      }
      return batch.with(DevicePixels.send(images, bytes, side, values, queue));
    }

    @Override
    public void close() {
      if (table != null) {
        table.close();
      }
      queue.close();
    }
  }
}
