package dev.filip.data.hub;

import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an import reads of all files a model of the hub has.
 *
 * @param small configs and the tokenizer
 * @param weights one file, or the index that names several
 */
record NeededFiles(List<String> small, String weights) {
  private static final String CONFIG = "config.json";
  private static final String OPEN_CLIP = "open_clip_config.json";
  private static final String INDEX = ".index.json";

  /** In the order in which an import looks for them. */
  private static final List<String> WEIGHTS =
      List.of(
          "model.safetensors",
          "model.safetensors" + INDEX,
          "pytorch_model.bin",
          "pytorch_model.bin" + INDEX);

  private static final List<String> OPEN_CLIP_WEIGHTS =
      List.of(
          "open_clip_model.safetensors",
          "open_clip_pytorch_model.safetensors",
          "open_clip_pytorch_model.bin");

  private static final List<String> BESIDE =
      List.of(
          "preprocessor_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json",
          "merges.txt",
          "special_tokens_map.json",
          "added_tokens.json");

  /**
   * Chooses.
   *
   * @param available all names
   * @param said the model, for messages
   * @throws BadInput where there is no model that an import knows
   */
  static NeededFiles of(Collection<String> available, String said) {
    for (String name : OPEN_CLIP_WEIGHTS) {
      if (available.contains(name) && available.contains(OPEN_CLIP)) {
        return of(OPEN_CLIP, name, available);
      }
    }
    if (!available.contains(CONFIG) && !available.contains(OPEN_CLIP)) {
      throw new BadInput(
          said + " has neither config.json nor open_clip_config.json: nothing to import");
    }
    for (String name : WEIGHTS) {
      if (available.contains(name) && available.contains(CONFIG)) {
        return of(CONFIG, name, available);
      }
    }
    throw new BadInput(
        said
            + " has no weights: none of "
            + String.join(", ", available.contains(CONFIG) ? WEIGHTS : OPEN_CLIP_WEIGHTS));
  }

  private static NeededFiles of(String config, String weights, Collection<String> available) {
    List<String> small = new ArrayList<>(List.of(config));
    BESIDE.stream().filter(available::contains).forEach(small::add);
    return new NeededFiles(List.copyOf(small), weights);
  }

  /** Whether {@link #weights} is an index. */
  boolean inShards() {
    return weights.endsWith(INDEX);
  }

  /**
   * The shards that an index names.
   *
   * @param index a local copy
   * @throws BadInput for names that the model does not have
   */
  Set<String> shards(Path index, Collection<String> available, String said) {
    Set<String> names = new TreeSet<>();
    Json.readObject(index).path("weight_map").forEach(file -> names.add(file.asText()));
    for (String name : names) {
      if (!available.contains(name) || name.contains("/") || name.contains("\\")) {
        throw new BadInput(said + ": " + weights + " names " + name + ", which it does not have");
      }
    }
    BadInput.require(!names.isEmpty(), said + ": " + weights, "weight_map", "a map of tensors");
    return names;
  }
}
