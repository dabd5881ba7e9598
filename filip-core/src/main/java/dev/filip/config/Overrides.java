package dev.filip.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import java.util.List;
import java.util.Map;

/**
 * {@code --set a.b=c}: the value is YAML, the path leads through maps (made where missing) and list
 * positions. {@code steps} and {@code epochs} replace one another.
 */
final class Overrides {
  private static final Map<String, String> REPLACES = Map.of("steps", "epochs", "epochs", "steps");

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
