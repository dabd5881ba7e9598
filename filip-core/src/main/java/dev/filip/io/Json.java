package dev.filip.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** One mapper for the whole program. Thread-safe. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Bytes behind the value are an error, as in Python. */
  private static final ObjectReader WHOLE =
      MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Far above a vocabulary of millions; what is larger is another file. */
  private static final long MAX_BYTES = 1L << 29;

  private Json() {}

  /** A new object, keys in the order they are put. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The shared mapper, for record mapping. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Reads a file; a missing, empty or malformed one is {@link BadInput} with its name. */
  public static JsonNode read(Path file) {
    try {
      long bytes = Files.size(file);
      if (bytes > MAX_BYTES) {
        throw new BadInput(file + ": " + bytes + " bytes are no JSON of this program");
      }
      JsonNode root = WHOLE.readTree(Files.readAllBytes(file));
      if (root.isMissingNode()) {
        throw new BadInput(file + " is empty");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new BadInput(file + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
  }

  /** Reads a file that holds one JSON object; anything else is {@link BadInput} with its name. */
  public static JsonNode readObject(Path file) {
    JsonNode root = read(file);
    if (!root.isObject()) {
      String kind = root.getNodeType().name().toLowerCase(Locale.ROOT);
      throw new BadInput(file + " must hold a JSON object, got " + kind);
    }
    return root;
  }

  /** Parses a text. */
  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new BadInput("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** One line. */
  public static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Indented. */
  public static String pretty(Object value) {
    try {
      return MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
