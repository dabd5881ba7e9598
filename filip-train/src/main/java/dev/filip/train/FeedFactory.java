package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.distributed.Communicator;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The training data of a run. */
interface FeedFactory extends AutoCloseable {
  /** Samples of one epoch. */
  long samples();

  /** Captions to train a tokenizer on. */
  Iterable<String> captions();

  /** Captions of {@code samples} samples at most, from all over the data. */
  List<String> someCaptions(int samples);

  /** What the data is, for the model folder: sources and their fingerprints. */
  ObjectNode describe() throws IOException;

  /** {@code preprocessor_config.json} for a new model of this size. */
  JsonNode preprocessor(ModelConfig model);

  /** Batches from the beginning, or from a cursor; whoever calls closes them. */
  BatchFeed open(
      RunConfig config,
      ModelConfig model,
      BpeTokenizer tokenizer,
      JsonNode preprocessor,
      @Nullable JsonNode cursor)
      throws IOException;

  /** One rank's rows of the same batches. */
  default BatchFeed open(
      RunConfig config,
      ModelConfig model,
      BpeTokenizer tokenizer,
      JsonNode preprocessor,
      @Nullable JsonNode cursor,
      Communicator ranks)
      throws IOException {
    BatchFeed whole = open(config, model, tokenizer, preprocessor, cursor);
    return ranks.world() == 1 ? whole : new RankFeed(whole, ranks.rank(), ranks.world());
  }

  @Override
  void close() throws IOException;
}
