package dev.filip.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Texts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads a training config strictly: an unknown key, a wrong type, a value out of range or a key
 * given twice is {@link BadInput}, one line with file, key path, value, rule and the nearest valid
 * key. Keys and defaults: {@code docs/CONFIG.md}.
 */
public final class RunConfigReader {
  private RunConfigReader() {}

  /** Reads a file, with {@code --set} overrides such as {@code optimizer.lr=1e-3}. */
  public static RunConfig read(Path yaml, List<String> sets) {
    return parse(Texts.read(yaml), yaml.toString(), sets);
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

  /**
   * {@code --set a.b=c}: the value is YAML, the path leads through maps (made where missing) and
   * list positions. {@code steps} and {@code epochs} replace one another.
   */
  private static final class Overrides {
    private static final Map<String, String> REPLACES =
        Map.of("steps", "epochs", "epochs", "steps");

    private Overrides() {}

    /** Applies them in order to {@code root}, which is changed. */
    static void apply(ObjectNode root, List<String> sets) {
      for (String set : sets) {
        int equals = set.indexOf('=');
        if (equals < 1) {
          throw BadInput.of("--set", '"' + set + '"', "key=value");
        }
        String key = set.substring(0, equals).strip();
        put(root, key, YamlText.parse(set.substring(equals + 1), "--set " + key));
      }
    }

    private static void put(ObjectNode root, String key, JsonNode value) {
      String[] steps = key.split("\\.", -1);
      JsonNode at = root;
      for (int i = 0; i < steps.length - 1; i++) {
        at = into(at, steps[i], key);
      }
      String last = steps[steps.length - 1];
      if (at instanceof ObjectNode map) {
        map.set(last, value);
        if (at == root && REPLACES.containsKey(last)) {
          map.remove(REPLACES.get(last));
        }
      } else {
        ArrayNode list = (ArrayNode) at;
        list.set(position(list, last, key), value);
      }
    }

    // a word such as "none" in the way of a map gives way to it
    private static JsonNode into(JsonNode at, String step, String key) {
      if (at instanceof ArrayNode list) {
        JsonNode inner = list.get(position(list, step, key));
        if (!inner.isContainerNode()) {
          throw new BadInput("--set " + key + ": " + step + " is a plain value there, not a map");
        }
        return inner;
      }
      ObjectNode map = (ObjectNode) at;
      JsonNode inner = map.get(step);
      return inner != null && inner.isContainerNode() ? inner : map.putObject(step);
    }

    private static int position(ArrayNode list, String step, String key) {
      if (step.matches("[0-9]{1,6}") && Integer.parseInt(step) < list.size()) {
        return Integer.parseInt(step);
      }
      throw BadInput.of(
          "--set " + key, step, "a position in a list of " + list.size() + ", counted from 0");
    }
  }
}
