package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Items as Lucene documents, there and back. Stateless. */
final class ItemDocuments {
  static final String ID = "id";

  /** Names of the fields an item has. */
  static final String HAS = "has";

  private static final String TERM = "term.";
  private static final String NUMBER = "number.";
  private static final String ITEM = "item";
  private static final String THUMBNAIL = "thumbnail";
  private static final String POOLED = "pooled";
  static final Set<String> WITHOUT_PICTURE = Set.of(ID, ITEM);

  /** Lucene takes terms up to 32,766 bytes; of longer texts the hash is compared. */
  private static final int LONGEST = 32_000;

  private ItemDocuments() {}

  /** The field of texts and booleans, compared as a whole. */
  static String terms(String field) {
    return TERM + field;
  }

  static String numbers(String field) {
    return NUMBER + field;
  }

  static String term(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= LONGEST ? value : "sha256:" + Digests.sha256(value);
  }

  static Document of(String id, Item.About about) {
    Document document = new Document();
    document.add(new StringField(ID, id, Field.Store.YES));
    ObjectNode item = Json.object().put("path", about.path()).put("digest", about.digest());
    item.set("metadata", about.metadata());
    about.captions().forEach(item.putArray("captions")::add);
    document.add(new StoredField(ITEM, Json.line(item)));
    byte[] thumbnail = about.thumbnail();
    if (thumbnail != null) {
      document.add(new StoredField(THUMBNAIL, thumbnail));
    }
    int[] pooled = about.pooled();
    if (pooled != null) {
      document.add(new StoredField(POOLED, shorts(pooled)));
    }
    Set<String> has = new TreeSet<>();
    Schema.values(
        about.metadata(),
        (field, value) -> {
          has.add(field);
          document.add(
              value.isNumber()
                  ? new DoublePoint(numbers(field), value.asDouble() + 0.0) // -0 is 0
                  : new StringField(terms(field), term(value.asText()), Field.Store.NO));
        });
    has.forEach(field -> document.add(new StringField(HAS, field, Field.Store.NO)));
    return document;
  }

  /** What stands beside the rows; without the thumbnail where that was not read. */
  static Item.About about(Document document) {
    JsonNode item = Json.parse(document.get(ITEM));
    List<String> captions = new ArrayList<>();
    item.path("captions").forEach(c -> captions.add(c.asText()));
    BytesRef thumbnail = document.getBinaryValue(THUMBNAIL);
    return new Item.About(
        item.path("path").isTextual() ? item.path("path").asText() : null,
        item.path("metadata") instanceof ObjectNode object ? object : Json.object(),
        captions,
        thumbnail == null
            ? null
            : java.util.Arrays.copyOfRange(
                thumbnail.bytes, thumbnail.offset, thumbnail.offset + thumbnail.length),
        item.path("digest").asText(),
        ints(document.getBinaryValue(POOLED)));
  }

  /** Little-endian, two bytes each. */
  private static byte[] shorts(int[] values) {
    byte[] bytes = new byte[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[2 * i] = (byte) values[i];
      bytes[2 * i + 1] = (byte) (values[i] >> Byte.SIZE);
    }
    return bytes;
  }

  private static int @Nullable [] ints(@Nullable BytesRef bytes) {
    if (bytes == null) {
      return null;
    }
    int[] values = new int[bytes.length / 2];
    for (int i = 0; i < values.length; i++) {
      int at = bytes.offset + 2 * i;
      values[i] = bytes.bytes[at] & 0xff | (bytes.bytes[at + 1] & 0xff) << Byte.SIZE;
    }
    return values;
  }
}
