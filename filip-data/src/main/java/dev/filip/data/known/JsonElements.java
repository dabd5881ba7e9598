package dev.filip.data.known;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Reads a large JSON object whose lists are long, one element at a time. Stateless. */
final class JsonElements {
  private JsonElements() {}

  /**
   * Hands out the elements of the object's lists.
   *
   * @param lists what takes the elements of a key; other keys are skipped
   * @throws BadInput when it is no such JSON, or one of the keys is missing
   */
  static void each(Path file, Map<String, Consumer<JsonNode>> lists) {
    Set<String> missing = new HashSet<>(lists.keySet());
    try (JsonParser json = Json.mapper().createParser(file.toFile())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new BadInput(file + ": must be a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        Consumer<JsonNode> take = lists.get(key);
        if (json.nextToken() != JsonToken.START_ARRAY || take == null) {
          json.skipChildren();
          continue;
        }
        missing.remove(key);
        while (json.nextToken() != JsonToken.END_ARRAY) {
          JsonNode element = json.readValueAsTree();
          take.accept(element);
        }
      }
    } catch (JsonProcessingException e) {
      throw new BadInput(file + " is not JSON: " + Json.why(e), e);
    } catch (IOException e) {
      throw Places.unreadable(file, e);
    }
    if (!missing.isEmpty()) {
      throw new BadInput(file + ": has no list " + String.join(", ", missing));
    }
  }

  /** A whole number of an element. */
  static long whole(Path file, JsonNode element, String key) {
    JsonNode value = element.path(key);
    if (!value.canConvertToLong()) {
      throw new BadInput(file + ": " + key + " must be a whole number, got " + value);
    }
    return value.asLong();
  }

  /** A text of an element. */
  static String text(Path file, JsonNode element, String key) {
    JsonNode value = element.path(key);
    if (!value.isTextual()) {
      throw new BadInput(file + ": " + key + " must be a text, got " + value);
    }
    return value.asText();
  }
}
