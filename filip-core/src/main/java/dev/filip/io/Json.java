package dev.filip.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
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
import java.util.regex.Pattern;

/** One mapper for the whole program. Thread-safe. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectReader OTHERS =
      MAPPER.reader().with(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);

  /** Bytes behind the value are an error, as in Python. */
  private static final ObjectReader WHOLE =
      MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Far above a vocabulary of millions; what is larger is another file. */
  private static final long MAX_BYTES = 1L << 29;

  private static final Pattern PLACE =
      Pattern.compile("\\[Source: [^\\[\\]]*; line: (\\d+), column: (\\d+)\\]");

  private static final Pattern SETTING = Pattern.compile(", from `[^`]*`");

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
      throw new BadInput(file + " is not JSON: " + why(e), e);
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
  }

  /**
   * What another program wrote: Python writes {@code NaN} and {@code Infinity}, which are numbers
   * here.
   */
  public static JsonNode ofOthers(byte[] json) throws IOException {
    return OTHERS.readTree(json);
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

  /** What is wrong with a text, in one line, with its place but without the parser's settings. */
  public static String why(JsonProcessingException e) {
    String message = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    String placed = PLACE.matcher(message).replaceAll("line $1, column $2");
    return SETTING.matcher(placed).replaceAll("");
  }

  /** Parses a text. */
  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new BadInput("not JSON: " + why(e), e);
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
