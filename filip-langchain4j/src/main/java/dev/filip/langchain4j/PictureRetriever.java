package dev.filip.langchain4j;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.search.Hit;
import dev.filip.search.Item;
import dev.filip.search.QueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds pictures of an index by the query's words, taken as they are. LangChain4j's contents are
 * texts: a picture is its captions (its path or id where it has none), with {@code id}, {@code
 * path} and the values of its metadata beside them, and its score. {@link PictureInjector} shows
 * the pictures themselves. Safe for any thread while index and encoder are open; both stay their
 * maker's to close.
 */
public final class PictureRetriever implements ContentRetriever {
  static final String ID = "id";

  private final Snapshot index;
  private final QueryEncoder words;
  private final int k;
  private final @Nullable String filter;

  /**
   * @param k pictures at most
   * @param filter metadata that they must have, such as {@code year>2010}; null for all
   */
  public PictureRetriever(Snapshot index, QueryEncoder words, int k, @Nullable String filter) {
    BadInput.require(k >= 1, "k", k, ">= 1");
    index.about().require("the query", words.fingerprint(), words.width());
    this.index = index;
    this.words = words;
    this.k = k;
    this.filter = filter;
  }

  @Override
  public List<Content> retrieve(Query query) {
    SearchQuery encoded = SearchQuery.text(QueryText.literal(query.text()), words);
    List<Content> contents = new ArrayList<>();
    try {
      for (Hit hit : index.find(encoded, k, filter).hits()) {
        contents.add(content(hit));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return contents;
  }

  private static Content content(Hit hit) throws IOException {
    Item.About about = hit.about();
    Metadata metadata = new Metadata();
    values("", about.metadata(), metadata);
    metadata.put(ID, hit.id());
    String path = about.path();
    if (path != null) {
      metadata.put("path", path);
    }
    String captions = String.join("\n", about.captions()).strip();
    String name = path == null ? hit.id() : path;
    return Content.from(
        TextSegment.from(captions.isEmpty() ? name : captions, metadata),
        Map.of(
            ContentMetadata.SCORE, (double) hit.score(), ContentMetadata.EMBEDDING_ID, hit.id()));
  }

  /** Fields with dots for objects within objects; several values are one text. */
  private static void values(String before, JsonNode object, Metadata to) {
    object
        .properties()
        .forEach(entry -> {
          String field = before + entry.getKey();
          JsonNode value = entry.getValue();
          if (field.isBlank()) {
            return; // LangChain4j takes no blank name
          }
          if (value.isObject()) {
            values(field + ".", value, to);
          } else if (value.isArray()) {
            List<String> all =
                value.valueStream().filter(JsonNode::isValueNode).map(JsonNode::asText).toList();
            to.put(field, String.join(", ", all));
          } else if (value.isIntegralNumber() && value.canConvertToLong()) {
            to.put(field, value.asLong());
          } else if (value.isNumber()) {
            to.put(field, value.asDouble());
          } else if (!value.isNull()) {
            to.put(field, value.asText());
          }
        });
  }
}
