package dev.filip.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a training config strictly: an unknown key, a wrong type, a value out of range or a key
 * given twice is {@link BadInput}, one line with file, key path, value, rule and the nearest valid
 * key. Keys and defaults: {@code docs/CONFIG.md}.
 */
public final class RunConfigReader {
  private RunConfigReader() {}

  /** Reads a file, with {@code --set} overrides such as {@code optimizer.lr=1e-3}. */
  public static RunConfig read(Path yaml, List<String> sets) {
    String text;
    try {
      text = Files.readString(yaml);
    } catch (IOException e) {
      throw new BadInput("cannot read config " + yaml + ": " + e, e);
    }
    return parse(text, yaml.toString(), sets);
  }

  /** Reads a text; {@code name} stands in errors for the file. */
  public static RunConfig parse(String yaml, String name, List<String> sets) {
    JsonNode tree = YamlText.parse(yaml, name);
    if (!(tree instanceof ObjectNode root)) {
      throw new BadInput(name + ": the config must be a map of keys, got " + tree.getNodeType());
    }
    Overrides.apply(root, sets);
    try {
      return Type.map(RunConfig.KEYS).read(new ConfigNode("", root), new Given());
    } catch (BadInput e) {
      String with = sets.isEmpty() ? "" : " (with --set " + String.join(" --set ", sets) + ")";
      throw new BadInput(name + with + ": " + e.getMessage(), e);
    }
  }
}
