package dev.filip.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A value of the config with the key path that leads to it: typed access, and one-line errors that
 * name the path. Immutable.
 */
public record ConfigNode(String path, JsonNode node) {
  // YAML 1.1 takes 1e-4 (no point) for a text; everyone means a number
  private static final Pattern BARE_EXPONENT =
      Pattern.compile("[-+]?[0-9]+(\\.[0-9]*)?[eE][-+]?[0-9]+");

  /** The root of a YAML text; {@code name} stands in the message where it is no YAML. */
  public static ConfigNode parse(String text, String name) {
    return new ConfigNode("", YamlText.parse(text, name));
  }

  /** Refuses anything but a map with these keys. */
  public ConfigNode map(Collection<String> allowed) {
    if (!node.isObject()) {
      throw wrong("a map with keys " + String.join(", ", allowed));
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!allowed.contains(entry.getKey())) {
        throw unknown(entry.getKey(), allowed);
      }
    }
    return this;
  }

  private BadInput unknown(String key, Collection<String> allowed) {
    return new BadInput(
        join(key)
            + " is not a key"
            + Choices.nearest(allowed, key)
                .map(near -> "; did you mean " + join(near) + "?")
                .orElse("")
            + " (valid: "
            + String.join(", ", allowed)
            + ")");
  }

  /** The path of a key under this one. */
  public String join(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The value under a key; empty when the key is absent. A key without a value is an error. */
  public Optional<ConfigNode> at(String key) {
    JsonNode child = node.get(key);
    if (child == null) {
      return Optional.empty();
    }
    ConfigNode found = new ConfigNode(join(key), child);
    if (child.isNull() || child.isTextual() && child.textValue().isEmpty()) {
      throw found.wrong("given a value (leave the key out for its default)");
    }
    return Optional.of(found);
  }

  /** The value under a key that has no default. */
  ConfigNode required(String key) {
    return at(key).orElseThrow(() -> new BadInput(join(key) + " is missing: it has no default"));
  }

  /** A whole number under a key. */
  public int integer(String key, int byDefault) {
    return at(key).map(ConfigNode::integer).orElse(byDefault);
  }

  /** A number under a key. */
  public double number(String key, double byDefault) {
    return at(key).map(ConfigNode::number).orElse(byDefault);
  }

  /** Whether a key says true. */
  public boolean flag(String key, boolean byDefault) {
    return at(key).map(ConfigNode::flag).orElse(byDefault);
  }

  <T extends Enum<T>> T choice(String key, T byDefault) {
    return at(key).map(found -> found.choice(byDefault.getDeclaringClass())).orElse(byDefault);
  }

  int integer() {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong("a whole number");
    }
    return node.intValue();
  }

  long whole() {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong("a whole number");
    }
    return node.longValue();
  }

  double number() {
    if (node.isTextual() && BARE_EXPONENT.matcher(node.textValue()).matches()) {
      return Double.parseDouble(node.textValue());
    }
    if (!node.isNumber()) {
      throw wrong("a number");
    }
    return node.doubleValue();
  }

  boolean flag() {
    if (!node.isBoolean()) {
      throw wrong("true or false");
    }
    return node.booleanValue();
  }

  /** A text that is not blank. */
  public String text() {
    if (!node.isTextual() || node.textValue().isBlank()) {
      throw wrong("a text");
    }
    return node.textValue();
  }

  /** The word {@code none}, which some keys take in place of a map or a number. */
  boolean isNone() {
    return node.isTextual() && node.textValue().equals("none");
  }

  <T extends Enum<T>> T choice(Class<T> type) {
    T[] values = type.getEnumConstants();
    String typed = text();
    for (T value : values) {
      if (Choices.name(value).equals(typed)) {
        return value;
      }
    }
    throw Choices.notOneOf(Choices.of(values), path, typed);
  }

  /** The elements; a single text stands for a list of one. */
  public List<ConfigNode> listOrOne() {
    return node.isArray() ? list("a list") : List.of(this);
  }

  /** The elements. */
  List<ConfigNode> list(String rule) {
    if (!node.isArray()) {
      throw wrong(rule);
    }
    List<ConfigNode> all = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      all.add(new ConfigNode(path + "." + i, node.get(i)));
    }
    return all;
  }

  /** Two numbers. */
  double[] pair(String rule) {
    List<ConfigNode> both = list(rule);
    if (both.size() != 2) {
      throw wrong(rule);
    }
    return new double[] {both.get(0).number(), both.get(1).number()};
  }

  /** That the value must be something else. */
  public BadInput wrong(String rule) {
    String value = node.isTextual() ? '"' + node.textValue() + '"' : node.toString();
    return BadInput.of(path.isEmpty() ? "the config" : path, value, rule);
  }
}
