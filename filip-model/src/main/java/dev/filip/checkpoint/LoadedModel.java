package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.ModelConfig;
import dev.filip.model.FilipModel;
import dev.filip.text.BpeTokenizer;
import java.nio.file.Path;

/**
 * What a model folder holds.
 *
 * @param folder where it was read; the tokenizer's files lie there
 * @param preprocessor {@code preprocessor_config.json}, an empty object where there is none
 * @param trained provenance from the {@code filip} block, empty where there is none
 */
public record LoadedModel(
    Path folder, ModelConfig config, FilipModel model, JsonNode preprocessor, JsonNode trained)
    implements AutoCloseable {
  /** Reads the folder's tokenizer, with the text cleaning that the model follows. */
  public BpeTokenizer tokenizer() {
    BpeTokenizer tokenizer = BpeTokenizer.load(folder, config.textBehaviour());
    ModelFolder.fits(folder, config, tokenizer);
    return tokenizer;
  }

  /** Frees the weights. */
  @Override
  public void close() {
    model.close();
  }
}
