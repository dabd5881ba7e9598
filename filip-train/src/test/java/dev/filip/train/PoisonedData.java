package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.data.BatchFeed;
import dev.filip.data.DataStopped;
import dev.filip.data.TrainBatch;
import dev.filip.distributed.Communicator;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link TinyData} whose batch number {@code at} holds a pixel that is not a number, or cannot be
 * had.
 */
record PoisonedData(int at, boolean ends) implements FeedFactory {
  private static final TinyData SOUND = new TinyData();

  PoisonedData(int at) {
    this(at, false);
  }

  @Override
  public long samples() {
    return SOUND.samples();
  }

  @Override
  public Iterable<String> captions() {
    return SOUND.captions();
  }

  @Override
  public List<String> someCaptions(int samples) {
    return SOUND.someCaptions(samples);
  }

  @Override
  public ObjectNode describe() {
    return SOUND.describe();
  }

  @Override
  public ObjectNode shape() {
    return SOUND.shape();
  }

  @Override
  public JsonNode preprocessor(ModelConfig model) {
    return SOUND.preprocessor(model);
  }

  @Override
  public BatchFeed open(
      RunConfig config,
      ModelConfig model,
      BpeTokenizer tokenizer,
      JsonNode preprocessor,
      @Nullable JsonNode cursor,
      Communicator ranks) {
    BatchFeed sound = SOUND.open(config, model, tokenizer, preprocessor, cursor, ranks);
    int[] given = {0};
    return new BatchFeed() {
      @Override
      public TrainBatch next() throws IOException {
        given[0]++;
        if (ends && given[0] == at) {
          throw new DataStopped("shard 7 is gone");
        }
        TrainBatch batch = sound.next();
        if (given[0] == at) {
          float[] pixels = batch.pixels().toFloats();
          pixels[5] = Float.NaN;
          return TrainBatch.of(new FloatPixels(pixels, batch.pixels().size()), batch.tokens());
        }
        return batch;
      }

      @Override
      public JsonNode cursor() {
        return sound.cursor();
      }

      @Override
      public String leftOut() {
        return sound.leftOut();
      }

      @Override
      public void close() {
        sound.close();
      }
    };
  }

  @Override
  public void close() {}
}
