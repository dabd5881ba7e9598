package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * A JSON file of one line with the CRC32C of its content: {@code
 * {"crc32c":"01234567","content":{...}}}. Any changed byte is found. Stateless.
 */
final class SealedJson {
  private static final String SUM = "crc32c";
  private static final String CONTENT = "content";

  private SealedJson() {}

  /** Writes it beside its place, forces it to disk and renames it. */
  static void write(Path file, ObjectNode content) throws IOException {
    Outputs.file(file, bytes(content));
  }

  static byte[] bytes(ObjectNode content) {
    ObjectNode sealed = Json.object().put(SUM, sum(content));
    sealed.set(CONTENT, content);
    return Json.line(sealed).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Its content.
   *
   * @param formats of which the content's {@code format} must be one
   * @throws BadInput where it is missing, of another format, or not byte by byte as it was written
   */
  static JsonNode read(Path file, String... formats) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    JsonNode content = content(bytes);
    if (content == null) {
      throw new BadInput(file + " is damaged: it is not as it was written");
    }
    BadInput.require(
        List.of(formats).contains(content.path("format").asText()),
        "format of " + file,
        content.path("format").asText(),
        String.join(" or ", formats));
    return content;
  }

  private static @org.jspecify.annotations.Nullable JsonNode content(byte[] bytes) {
    try {
      JsonNode content = Json.parse(new String(bytes, StandardCharsets.UTF_8)).path(CONTENT);
      return content instanceof ObjectNode object && java.util.Arrays.equals(bytes, bytes(object))
          ? content
          : null;
    } catch (BadInput e) {
      return null;
    }
  }

  private static String sum(ObjectNode content) {
    CRC32C sum = new CRC32C();
    sum.update(Json.line(content).getBytes(StandardCharsets.UTF_8));
    return hex(sum);
  }

  /** The sum of a file's bytes. */
  static String sum(Path file) throws IOException {
    CRC32C sum = new CRC32C();
    try (var in = new CheckedInputStream(Files.newInputStream(file), sum)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return hex(sum);
  }

  static String sum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return hex(sum);
  }

  private static String hex(CRC32C sum) {
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }
}
