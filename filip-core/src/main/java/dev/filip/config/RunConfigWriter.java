package dev.filip.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig.ModelChoice;
import dev.filip.io.Digests;
import dev.filip.io.Json;

/**
 * The canonical form of a config: every key, defaults too, in one order. Reading it back gives an
 * equal config, and equal configs have equal hashes whatever their files looked like.
 */
public final class RunConfigWriter {
  private RunConfigWriter() {}

  /** YAML with every key. */
  public static String yaml(RunConfig config) {
    return YamlText.write(json(config));
  }

  /** SHA-256 of the canonical JSON, in hex. */
  public static String sha256(RunConfig config) {
    return Digests.sha256(Json.line(json(config)));
  }

  /** JSON with every key; {@code finetune} stands beside a model folder only. */
  public static ObjectNode json(RunConfig config) {
    ObjectNode root = RunConfig.KEYS.json(config);
    if (!(config.model() instanceof ModelChoice.Folder)) {
      root.remove("finetune");
    }
    return root;
  }

  /** A model's sizes written out, as {@code model} takes them. */
  public static ObjectNode sizes(ModelConfig config) {
    return ModelSection.json(config);
  }
}
