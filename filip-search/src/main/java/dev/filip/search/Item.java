package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image of an index. Its array is not copied.
 *
 * @param id its name, which stays; an item of the same name takes its place
 * @param tokens one item: its rows
 * @param about what is kept beside them
 */
public record Item(String id, Tokens tokens, About about) {
  /** The longest id, in UTF-8 bytes: what Lucene takes as a term. */
  private static final int LONGEST = 32_000;

  public Item {
    BadInput.require(
        !id.isEmpty() && id.getBytes(java.nio.charset.StandardCharsets.UTF_8).length <= LONGEST,
        "id",
        "'" + (id.length() > 40 ? id.substring(0, 40) + "..." : id) + "'",
        "a text of 1 to " + LONGEST + " bytes");
    if (tokens.size() != 1) {
      throw new IllegalArgumentException("an item has tokens of its own, got " + tokens.size());
    }
  }

  /**
   * What is kept beside an image's rows.
   *
   * @param path where the image is, as a user calls it
   * @param metadata what filters see and hits show
   * @param thumbnail a small picture of it, encoded; null without one
   * @param digest changes when image, texts or metadata do; empty where it is not known
   * @param pooled of each row that the model gave, the kept row that it was pooled into; null where
   *     all are kept. Not copied
   */
  public record About(
      @Nullable String path,
      ObjectNode metadata,
      List<String> captions,
      byte @Nullable [] thumbnail,
      String digest,
      int @Nullable [] pooled) {
    // not the compact form: what depends on this module would not see that the array may be null
    public About(
        @Nullable String path,
        ObjectNode metadata,
        List<String> captions,
        byte @Nullable [] thumbnail,
        String digest,
        int @Nullable [] pooled) {
      this.path = path;
      this.metadata = (ObjectNode) finite(metadata);
      this.captions = List.copyOf(captions);
      this.thumbnail = thumbnail;
      this.digest = digest;
      this.pooled = pooled;
    }

    /** Of an image whose rows are those that the model gave. */
    public About(
        @Nullable String path,
        ObjectNode metadata,
        List<String> captions,
        byte @Nullable [] thumbnail,
        String digest) {
      this(path, metadata, captions, thumbnail, digest, null);
    }

    About pooled(int[] rows) {
      return new About(path, metadata, captions, thumbnail, digest, rows);
    }

    /** A copy in which NaN and Infinity, which JSON has not, are null. */
    private static JsonNode finite(JsonNode value) {
      if (value.isObject()) {
        ObjectNode copy = Json.object();
        value.properties().forEach(e -> copy.set(e.getKey(), finite(e.getValue())));
        return copy;
      }
      if (value.isArray()) {
        ArrayNode copy = Json.mapper().createArrayNode();
        value.forEach(one -> copy.add(finite(one)));
        return copy;
      }
      boolean none = value.isFloatingPointNumber() && !Double.isFinite(value.asDouble());
      return none ? NullNode.instance : value;
    }
  }
}
