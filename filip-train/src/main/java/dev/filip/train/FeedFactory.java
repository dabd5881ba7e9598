package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.data.BatchFeed;
import dev.filip.distributed.Communicator;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The training data of a run. */
interface FeedFactory extends AutoCloseable {
  /** Samples of one epoch; counts them first where that was not done. */
  long samples();

  /** Captions to train a tokenizer on. */
  Iterable<String> captions();

  /** Captions of {@code samples} samples at most, from all over the data. */
  List<String> someCaptions(int samples);

  /** What the data is, for the model folder. Reads no sample. */
  ObjectNode describe() throws IOException;

  /**
   * By what data of ranks and of checkpoints is compared: names, sizes and counts as far as they
   * are known without reading. The same object each time.
   */
  ObjectNode shape() throws IOException;

  /** {@code preprocessor_config.json} for a new model of this size. */
  JsonNode preprocessor(ModelConfig model);

  /**
   * A rank's rows of the batches from the beginning, or from a cursor; all ranks ask together, and
   * whoever asks closes them.
   */
  BatchFeed open(
      RunConfig config,
      ModelConfig model,
      BpeTokenizer tokenizer,
      JsonNode preprocessor,
      @Nullable JsonNode cursor,
      Communicator ranks)
      throws IOException;

  @Override
  void close() throws IOException;
}
