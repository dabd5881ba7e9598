package dev.filip.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import dev.filip.search.Found;
import dev.filip.search.QueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchOptions;
import dev.filip.search.SearchQuery;
import dev.filip.search.Snapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code filip search --queries}: texts are encoded and searched some at a time, so that they share
 * passes over the images, and each answer is printed as it is there. In memory are the texts and
 * the answers of one part. Used by one thread.
 */
final class BatchSearch {
  private static final int PART = 256;

  private final Snapshot snapshot;
  private final QueryEncoder encoder;
  private final SearchOptions options;

  BatchSearch(Snapshot snapshot, QueryEncoder encoder, SearchOptions options) {
    this.snapshot = snapshot;
    this.encoder = encoder;
    this.options = options;
  }

  /** Where answers go: a JSON document that grows, or lines for people. */
  private interface Printer {
    void print(String text, Found found) throws IOException;

    /** After the last one; a document that was broken off stays visibly so. */
    void end() throws IOException;
  }

  void run(List<String> texts, Answer answer) throws IOException {
    List<Found> found = search(texts, 0); // whatever is wrong is said before anything is printed
    Printer printer = answer.isJson() ? json(answer.out()) : plain(answer.out());
    try (Progress progress = new Progress("queries", texts.size())) {
      for (int from = 0; from < texts.size(); from += PART) {
        found = from == 0 ? found : search(texts, from);
        for (int i = 0; i < found.size(); i++) {
          printer.print(texts.get(from + i), found.get(i));
        }
        progress.to(from + found.size(), "");
      }
      printer.end();
    }
  }

  private List<Found> search(List<String> texts, int from) throws IOException {
    List<SearchQuery> queries = new ArrayList<>();
    for (String text : texts.subList(from, Math.min(from + PART, texts.size()))) {
      queries.add(SearchQuery.text(QueryText.literal(text), encoder));
    }
    return snapshot.find(queries, options);
  }

  private Printer json(PrintWriter out) throws IOException {
    JsonGenerator json = Json.mapper().createGenerator(out).useDefaultPrettyPrinter();
    json.writeStartObject();
    json.writeNumberField("items", snapshot.size());
    json.writeArrayFieldStart("results");
    return new Printer() {
      @Override
      public void print(String text, Found found) throws IOException {
        ObjectNode one = Json.object().put("query", text).put("plan", SearchCommand.plan(found));
        one.set("hits", SearchCommand.hits(found.hits()));
        json.writeTree(one);
      }

      @Override
      public void end() throws IOException {
        json.writeEndArray();
        json.writeEndObject();
        json.flush();
        out.println();
        out.flush();
      }
    };
  }

  private static Printer plain(PrintWriter out) {
    return new Printer() {
      private boolean first = true;

      @Override
      public void print(String text, Found found) throws IOException {
        if (!first) {
          out.println();
        }
        first = false;
        ArrayNode hits = SearchCommand.hits(found.hits());
        out.println(BadInput.line(text));
        out.println(SearchCommand.lines(hits));
      }

      @Override
      public void end() {
        out.flush();
      }
    };
  }
}
