package dev.filip.data.translate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.List;

/** Some captions beside their translations, to be looked at: a table in Markdown. Stateless. */
final class SampleTable {
  static final int ROWS = 50;

  private SampleTable() {}

  /** Row for the table, kept with its shard's record until the end. */
  static ObjectNode row(
      String key,
      String caption,
      List<String> languages,
      List<BackTranslator.Answer> answers,
      List<Outcome> outcomes) {
    ObjectNode row = Json.object();
    row.put("key", key).put("caption", caption);
    ArrayNode all = row.putArray("languages");
    for (int i = 0; i < languages.size(); i++) {
      all.addObject()
          .put("language", languages.get(i))
          .put("there", answers.get(i).there())
          .put("back", answers.get(i).back())
          .put("outcome", outcomes.get(i).key().replace('_', ' '));
    }
    return row;
  }

  /** So many of a list, evenly spread. */
  static <T> List<T> spread(List<T> all, int most) {
    if (all.size() <= most) {
      return all;
    }
    List<T> some = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      some.add(all.get((int) ((long) i * all.size() / most)));
    }
    return some;
  }

  static String markdown(String title, List<JsonNode> rows) {
    StringBuilder text = new StringBuilder("# Captions there and back\n\n");
    text.append(title).append(". ").append(rows.size()).append(" captions, evenly spread.\n\n");
    text.append("| key | caption | by way of | there | back | |\n|---|---|---|---|---|---|\n");
    for (JsonNode row : rows) {
      boolean first = true;
      for (JsonNode answer : row.path("languages")) {
        text.append("| ").append(first ? cell(row, "key") : "");
        text.append(" | ").append(first ? cell(row, "caption") : "");
        for (String column : List.of("language", "there", "back", "outcome")) {
          text.append(" | ").append(cell(answer, column));
        }
        text.append(" |\n");
        first = false;
      }
    }
    return text.toString();
  }

  /** As text: nothing in it is Markdown or HTML. */
  private static String cell(JsonNode row, String column) {
    return row.path(column)
        .asText()
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replaceAll("([\\\\|`*\\[\\]])", "\\\\$1")
        .replaceAll("[\r\n]+", " ");
  }
}
