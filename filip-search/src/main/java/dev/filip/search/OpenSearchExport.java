package dev.filip.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.tokens.ItemValue;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An index for OpenSearch: a file for its {@code _bulk} (two lines an image, whatever the index's
 * name), and beside it, {@code FILE.mapping.json}, the body that makes the index there. Written
 * image by image, in bounded memory (docs/FORMATS.md). Stateless.
 */
public final class OpenSearchExport {
  /** The field of {@link ItemValue}s. */
  public static final String TOKENS = "tokens";

  private static final String ID = "id";
  private static final String METADATA = "metadata";

  /** OpenSearch takes an {@code _id} of so many bytes; of longer ones the hash is taken. */
  private static final int LONGEST_ID = 512;

  /** A keyword is a Lucene term of at most 32,766 bytes, three a character. */
  private static final int LONGEST_KEYWORD = 32_766 / 3;

  private OpenSearchExport() {}

  /**
   * What was written.
   *
   * @param items images
   * @param mapping the file beside {@code out}
   * @param bytes of {@code out}
   */
  public record Written(long items, Path out, Path mapping, long bytes) {
    /** As {@code filip index export --json} answers. */
    public ObjectNode toJson() {
      return Json.object()
          .put("items", items)
          .put("out", out.toString())
          .put("mapping", mapping.toString())
          .put("bytes", bytes);
    }
  }

  /**
   * Writes both files; the first appears when it is whole.
   *
   * @param force replaces files that are there
   * @throws BadInput where they exist, or metadata have names that OpenSearch cannot have
   */
  public static Written write(Snapshot snapshot, Path out, boolean force) throws IOException {
    Path mapping = out.resolveSibling(out.getFileName() + ".mapping.json");
    for (Path file : List.of(out, mapping)) {
      BadInput.require(!Files.isDirectory(file), "--out", file, "a file");
      Outputs.refuseExisting(file, force);
    }
    byte[] body = Json.pretty(mapping(snapshot)).getBytes(StandardCharsets.UTF_8);
    Outputs.file(out, file -> documents(snapshot, file));
    Outputs.file(mapping, body);
    return new Written(snapshot.size(), out, mapping, Files.size(out));
  }

  private static void documents(Snapshot snapshot, Path file) throws IOException {
    try (Writer to = Files.newBufferedWriter(file)) {
      for (View view : snapshot.views()) {
        for (int item : view.items(null)) {
          document(snapshot.about(), view.segment(), item, to);
        }
      }
    }
  }

  private static void document(IndexAbout about, Segment segment, int item, Writer to)
      throws IOException {
    String id = segment.id(item);
    ObjectNode action = Json.object();
    action.putObject("index").put("_id", name(id));
    Item.About kept = segment.aboutWithoutPicture(item);
    ObjectNode document = Json.object().put(ID, id).put("path", kept.path());
    kept.captions().forEach(document.putArray("captions")::add);
    document.set(METADATA, seen(kept.metadata()));
    byte[] value = ItemValue.of(segment.rows(), item, about.encoder());
    document.put(TOKENS, Base64.getEncoder().encodeToString(value));
    for (ObjectNode line : List.of(action, document)) {
      to.append(Json.line(line)).append('\n');
    }
  }

  private static String name(String id) {
    boolean fits = id.getBytes(StandardCharsets.UTF_8).length <= LONGEST_ID;
    return fits ? id : "sha256:" + Digests.sha256(id);
  }

  /** What filters see: without null, and without objects and lists within lists. */
  private static JsonNode seen(JsonNode metadata) {
    ObjectNode copy = Json.object();
    metadata
        .properties()
        .forEach(entry -> {
          JsonNode value = entry.getValue();
          if (value.isObject()) {
            copy.set(entry.getKey(), seen(value));
          } else if (value.isArray()) {
            ArrayNode all = copy.putArray(entry.getKey());
            value.valueStream().filter(one -> one.isValueNode() && !one.isNull()).forEach(all::add);
          } else if (!value.isNull()) {
            copy.set(entry.getKey(), value);
          }
        });
    return copy;
  }

  /**
   * The body of {@code PUT /INDEX}: types of metadata as in the index, texts compared whole, and in
   * {@code _meta.filip} what the vectors are. {@code _source} does not hold the rows.
   *
   * @throws BadInput where metadata have names that OpenSearch cannot have
   */
  public static ObjectNode mapping(Snapshot snapshot) {
    ObjectNode body = Json.object();
    ObjectNode mappings = body.putObject("mappings").put("dynamic", "false");
    IndexAbout about = snapshot.about();
    mappings
        .putObject("_meta")
        .putObject("filip")
        .put("encoder", about.encoder())
        .put("preprocessing", about.preprocessing())
        .put("width", about.d())
        .put("match", about.match())
        .put("model", about.model());
    mappings.putObject("_source").putArray("excludes").add(TOKENS);
    ObjectNode fields = mappings.putObject("properties");
    fields.putObject(ID).put("type", "keyword");
    fields.putObject("path").put("type", "keyword").put("index", false).put("doc_values", false);
    fields.putObject("captions").put("type", "text");
    fields.putObject(TOKENS).put("type", "binary").put("doc_values", true);
    ObjectNode metadata = fields.putObject(METADATA).put("type", "object").put("dynamic", "false");
    snapshot.schema().types().forEach((field, type) -> property(metadata, field, type));
    return body;
  }

  private static void property(ObjectNode object, String field, Schema.Type type) {
    ObjectNode at = object;
    String[] names = field.split("\\.", -1);
    for (int i = 0; i < names.length; i++) {
      BadInput.require(
          !names[i].isBlank(),
          "metadata field",
          "'" + field + "'",
          "named in each of its parts, for OpenSearch");
      ObjectNode properties = at.withObjectProperty("properties");
      boolean last = i == names.length - 1;
      JsonNode there = properties.get(names[i]);
      BadInput.require(
          there == null || !last && there.path("properties").isObject(),
          "metadata field",
          "'" + field + "'",
          "no value where another field has a part of its own, for OpenSearch");
      at = properties.withObjectProperty(names[i]);
    }
    switch (type) {
      case NUMBER -> at.put("type", "double");
      case BOOLEAN -> at.put("type", "boolean");
      case TEXT -> at.put("type", "keyword").put("ignore_above", LONGEST_KEYWORD);
    }
  }

  /**
   * The body of a search by a query's late interaction, every document that the filter lets through
   * scored by the plugin and none of the scores rounded: hits are sorted by score, of equal scores
   * the lower id first, and {@code sort[0]} of a hit is its score.
   *
   * @param filter a clause of OpenSearch's query language; null for all documents
   */
  public static ObjectNode search(SearchQuery query, int k, @Nullable ObjectNode filter) {
    BadInput.require(k >= 1, "k", k, ">= 1");
    ObjectNode body = Json.object().put("size", k);
    ObjectNode clause = body.putObject("query");
    if (filter == null) {
      clause.putObject("match_all");
    } else {
      clause.putObject("bool").set("filter", filter);
    }
    ArrayNode sort = body.putArray("sort");
    ObjectNode first =
        sort.addObject().putObject("_script").put("type", "number").put("order", "desc");
    first.set("script", script(query));
    sort.addObject().put(ID, "asc");
    return body;
  }

  /** The {@code script} of a query, for {@code script_score} and {@code _script}. */
  public static ObjectNode script(SearchQuery query) {
    ObjectNode script = Json.object().put("lang", "filip").put("source", "late_interaction");
    script
        .putObject("params")
        .put("field", TOKENS)
        .put("query", Base64.getEncoder().encodeToString(query.value().toBytes()));
    return script;
  }
}
