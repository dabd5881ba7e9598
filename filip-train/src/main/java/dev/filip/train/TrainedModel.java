package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.model.FilipModel;
import dev.filip.text.BpeTokenizer;

/**
 * A model in training with what belongs to its folder; borrowed from the run.
 *
 * @param preprocessor {@code preprocessor_config.json}
 */
public record TrainedModel(FilipModel model, BpeTokenizer tokenizer, JsonNode preprocessor) {}
