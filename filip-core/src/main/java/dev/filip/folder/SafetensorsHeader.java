package dev.filip.folder;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, checked: every byte of the data belongs to exactly one
 * tensor whose offsets agree with its type and shape.
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
  private static final String METADATA = "__metadata__";
  private static final ObjectMapper STRICT =
      JsonMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * @param file named in every message
   * @param json the header's text
   * @param data bytes after the header
   */
  static SafetensorsHeader parse(Object file, byte[] json, long data) {
    JsonNode root = tree(file, json);
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (entry.getKey().equals(METADATA)) {
        metadata(file, entry.getValue(), metadata);
      } else {
        tensors.put(entry.getKey(), info(file, entry.getKey(), entry.getValue(), data));
      }
    }
    checkCover(file, List.copyOf(tensors.values()), data);
    return new SafetensorsHeader(tensors, metadata);
  }

  private static JsonNode tree(Object file, byte[] json) {
    JsonNode root;
    try {
      root = STRICT.readTree(json);
    } catch (JsonProcessingException e) {
      throw new BadInput(file + ": the header is not valid JSON: " + Json.why(e), e);
    } catch (IOException e) {
      throw new BadInput(file + ": the header cannot be read: " + e.getMessage(), e);
    }
    if (!root.isObject()) {
      throw new BadInput(file + ": the header is not a JSON object");
    }
    return root;
  }

  private static void metadata(Object file, JsonNode node, Map<String, String> into) {
    if (!node.isObject()) {
      throw new BadInput(file + ": " + METADATA + " is not an object");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new BadInput(file + ": " + METADATA + " " + entry.getKey() + " is not a string");
      }
      into.put(entry.getKey(), entry.getValue().textValue());
    }
  }

  private static TensorInfo info(Object file, String name, JsonNode node, long data) {
    Dtype dtype = dtype(file, name, node.path("dtype").asText(""));
    long[] shape = longs(file, name, node.path("shape"), "shape");
    long[] offsets = longs(file, name, node.path("data_offsets"), "data_offsets");
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw bad(file, name, "data_offsets must be [begin, end] with begin <= end");
    }
    long bytes = dtype.bytes();
    try {
      for (long size : shape) {
        bytes = Math.multiplyExact(bytes, size);
      }
    } catch (ArithmeticException e) {
      throw bad(file, name, "its shape is too large");
    }
    if (bytes != offsets[1] - offsets[0]) {
      throw bad(
          file,
          name,
          "its offsets span " + (offsets[1] - offsets[0]) + " bytes, its shape needs " + bytes);
    }
    if (offsets[1] > data) {
      throw bad(
          file,
          name,
          "it ends at byte " + offsets[1] + " but the file holds " + data + ": truncated?");
    }
    return new TensorInfo(name, dtype, shape, offsets[0], offsets[1]);
  }

  private static Dtype dtype(Object file, String name, String word) {
    for (Dtype dtype : Dtype.values()) {
      if (dtype.name().equals(word)) {
        return dtype;
      }
    }
    throw bad(file, name, "dtype " + (word.isEmpty() ? "is missing" : word + " is not supported"));
  }

  private static long[] longs(Object file, String name, JsonNode node, String key) {
    if (!node.isArray()) {
      throw bad(file, name, key + " is missing or not a list");
    }
    long[] values = new long[node.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = node.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw bad(file, name, key + " holds " + value + ", not a whole number >= 0");
      }
      values[i] = value.longValue();
    }
    return values;
  }

  private static void checkCover(Object file, List<TensorInfo> tensors, long data) {
    long at = 0;
    for (TensorInfo tensor :
        tensors.stream()
            .sorted(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end))
            .toList()) {
      if (tensor.begin() < at) {
        throw bad(file, tensor.name(), "it overlaps the tensor before it");
      }
      if (tensor.begin() > at) {
        throw bad(
            file,
            tensor.name(),
            "bytes " + at + " to " + tensor.begin() + " before it belong to no tensor");
      }
      at = tensor.end();
    }
    if (at != data) {
      throw new BadInput(file + ": the last " + (data - at) + " bytes belong to no tensor");
    }
  }

  private static BadInput bad(Object file, String tensor, String reason) {
    return new BadInput(file + ": tensor " + tensor + ": " + reason);
  }
}
