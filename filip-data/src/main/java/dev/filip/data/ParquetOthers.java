package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.filip.io.Json;
import dev.filip.io.Texts;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Columns of a Parquet file beside image and caption, by image, packed; of several rows of one
 * image the first counts. Numbers, booleans and texts are what they are, times and identifiers
 * texts as ISO writes them, lists lists, structs and maps objects; bytes that are no short text
 * give nothing. Reading is thread-safe once nothing is added.
 */
final class ParquetOthers {
  /** Longer bytes are no text of metadata. */
  private static final int LONGEST = 4096;

  private final List<String> columns;
  private final PackedTexts rows = new PackedTexts();

  ParquetOthers(List<String> columns) {
    this.columns = List.copyOf(columns);
  }

  /** Of a file's columns. */
  List<String> columns() {
    return columns;
  }

  /** The row of a new image; images come in order. */
  void add(RowReader row) {
    ObjectNode json = Json.object();
    for (String column : columns) {
      json.set(column, row.isNull(column) ? NullNode.instance : json(row.getValue(column)));
    }
    rows.add(Json.line(json));
  }

  /** Images so far. */
  int size() {
    return rows.size();
  }

  ObjectNode metadata(int index) {
    return (ObjectNode) Json.parse(rows.get(index));
  }

  private static JsonNode json(@Nullable Object value) {
    return switch (value) {
      case null -> NullNode.instance;
      case PqStruct struct -> struct(struct);
      case PqList list -> list(list);
      case PqMap map -> map(map);
      case byte[] bytes -> text(bytes);
      case Float f when !Float.isFinite(f) -> NullNode.instance;
      case Double d when !Double.isFinite(d) -> NullNode.instance;
      case Float f -> Json.mapper().getNodeFactory().numberNode(new BigDecimal(f.toString()));
      case BigDecimal exact -> number(exact);
      case Number number -> Json.mapper().valueToTree(number);
      case Boolean yes -> Json.mapper().getNodeFactory().booleanNode(yes);
      default -> TextNode.valueOf(value.toString());
    };
  }

  private static JsonNode number(BigDecimal exact) {
    return Json.mapper().getNodeFactory().numberNode(exact);
  }

  private static ObjectNode struct(PqStruct struct) {
    ObjectNode json = Json.object();
    for (int i = 0; i < struct.getFieldCount(); i++) {
      json.set(
          struct.getFieldName(i), struct.isNull(i) ? NullNode.instance : json(struct.getValue(i)));
    }
    return json;
  }

  private static ArrayNode list(PqList list) {
    ArrayNode json = Json.mapper().createArrayNode();
    for (int i = 0; i < list.size(); i++) {
      json.add(list.isNull(i) ? NullNode.instance : json(list.get(i)));
    }
    return json;
  }

  private static ObjectNode map(PqMap map) {
    ObjectNode json = Json.object();
    for (PqMap.Entry entry : map.getEntries()) {
      JsonNode key = json(entry.getKey());
      json.set(key.asText(), entry.isValueNull() ? NullNode.instance : json(entry.getValue()));
    }
    return json;
  }

  private static JsonNode text(byte[] bytes) {
    if (bytes.length > LONGEST) {
      return NullNode.instance;
    }
    try {
      String text = Texts.of(bytes);
      return text.chars().allMatch(c -> c >= ' ') ? TextNode.valueOf(text) : NullNode.instance;
    } catch (Texts.NotUtf8 e) {
      return NullNode.instance;
    }
  }
}
