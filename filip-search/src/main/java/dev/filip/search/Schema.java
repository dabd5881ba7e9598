package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Types of metadata fields, each fixed where it is first used. A field is a path of keys joined by
 * dots; a list gives a field several values; null and objects within lists give none. Immutable.
 */
public record Schema(Map<String, Type> types) {
  /** What a field's values are. */
  public enum Type {
    TEXT,
    NUMBER,
    BOOLEAN;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Without fields. */
  public static final Schema EMPTY = new Schema(Map.of());

  public Schema {
    types = java.util.Collections.unmodifiableMap(new TreeMap<>(types));
  }

  /**
   * With the fields of an item.
   *
   * @throws BadInput where a value is of another type than its field
   */
  Schema with(String id, JsonNode metadata) {
    Map<String, Type> all = new TreeMap<>(types);
    values(
        metadata,
        (field, value) -> {
          Type type = type(value);
          Type was = all.putIfAbsent(field, type);
          if (was != null && was != type) {
            throw new BadInput(
                String.format(
                    Locale.ROOT,
                    "metadata %s of %s must be a %s as at its first use, got %s",
                    field,
                    id,
                    was.word(),
                    value));
          }
        });
    return all.size() == types.size() ? this : new Schema(all);
  }

  private static Type type(JsonNode value) {
    if (value.isNumber()) {
      return Type.NUMBER;
    }
    return value.isBoolean() ? Type.BOOLEAN : Type.TEXT;
  }

  /** Every value that can be filtered by, with its field. */
  static void values(JsonNode metadata, BiConsumer<String, JsonNode> to) {
    metadata.properties().forEach(entry -> values(entry.getKey(), entry.getValue(), to));
  }

  private static void values(String field, JsonNode value, BiConsumer<String, JsonNode> to) {
    if (value.isObject()) {
      value.properties().forEach(e -> values(field + "." + e.getKey(), e.getValue(), to));
    } else if (value.isArray()) {
      value.forEach(one -> {
        if (one.isValueNode() && !one.isNull()) {
          to.accept(field, one);
        }
      });
    } else if (!value.isNull()) {
      to.accept(field, value);
    }
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object();
    types.forEach((field, type) -> json.put(field, type.word()));
    return json;
  }

  static Schema of(JsonNode json) {
    Map<String, Type> types = new TreeMap<>();
    json.properties()
        .forEach(e ->
            types.put(e.getKey(), Type.valueOf(e.getValue().asText().toUpperCase(Locale.ROOT))));
    return new Schema(types);
  }
}
