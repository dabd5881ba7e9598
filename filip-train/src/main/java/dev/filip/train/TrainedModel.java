package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.model.FilipModel;
import dev.filip.text.BpeTokenizer;

/**
 * A model in training with what belongs to its folder; borrowed from the run.
 *
 * @param preprocessor {@code preprocessor_config.json}
 * @param from the model folder whose weights it began with and how they were made; empty for none
 */
public record TrainedModel(
    FilipModel model, BpeTokenizer tokenizer, JsonNode preprocessor, JsonNode from) {
  /** With the same model computed otherwise. */
  TrainedModel with(FilipModel other) {
    return new TrainedModel(other, tokenizer, preprocessor, from);
  }
}
