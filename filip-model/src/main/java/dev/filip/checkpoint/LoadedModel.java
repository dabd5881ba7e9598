package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.ModelConfig;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.model.FilipModel;
import dev.filip.text.BpeTokenizer;
import java.nio.file.Path;

/**
 * What a model folder holds.
 *
 * @param folder where it was read; the tokenizer's files lie there
 * @param preprocessor {@code preprocessor_config.json}; a missing node where there is none
 * @param trained provenance from the {@code filip} block, empty where there is none
 */
public record LoadedModel(
    Path folder, ModelConfig config, FilipModel model, JsonNode preprocessor, JsonNode trained)
    implements AutoCloseable {
  /** How pixels are made; a folder that does not say it is {@link BadInput}. */
  @Override
  public JsonNode preprocessor() {
    if (preprocessor.isMissingNode()) {
      throw new BadInput(
          folder
              + " has no preprocessor_config.json, which says how pixels are made: filip import "
              + folder
              + " --pixels clip --out DIR gives it CLIP's, --pixels FILE another's");
    }
    return preprocessor;
  }

  /** Reads the folder's tokenizer, with the text cleaning that the model follows. */
  public BpeTokenizer tokenizer() {
    return ModelFiles.tokenizer(folder, config);
  }

  /** Frees the weights. */
  @Override
  public void close() {
    model.close();
  }
}
