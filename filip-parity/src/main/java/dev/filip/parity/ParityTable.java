package dev.filip.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A parity report for people: one aligned line a stage, then where the two part first. */
public final class ParityTable {
  private ParityTable() {}

  /** The lines of a report's JSON form. */
  public static String text(JsonNode report) {
    JsonNode stages = report.path("stages");
    int name = "stage".length();
    for (Map.Entry<String, JsonNode> stage : stages.properties()) {
      name = Math.max(name, stage.getKey().length());
    }
    String form = "%-" + name + "s  %10s  %10s  %10s  %s";
    List<String> lines = new ArrayList<>();
    lines.add(form.formatted("stage", "max_abs", "mean_abs", "atol", "").stripTrailing());
    for (Map.Entry<String, JsonNode> entry : stages.properties()) {
      JsonNode stage = entry.getValue();
      String verdict = stage.path("ok").booleanValue() ? "ok" : "DIFFERS";
      if (stage.has("why")) {
        verdict += ": " + stage.path("why").asText();
      }
      lines.add(
          form.formatted(
              entry.getKey(),
              number(stage.path("max_abs")),
              number(stage.path("mean_abs")),
              number(stage.path("atol")),
              verdict));
    }
    ends(report, lines);
    return String.join(System.lineSeparator(), lines);
  }

  private static void ends(JsonNode report, List<String> lines) {
    if (report.hasNonNull("worst")) {
      lines.add("worst: " + report.path("worst").asText());
    }
    JsonNode first = report.path("first_difference");
    if (first.isTextual()) {
      lines.add("first difference: " + first.asText());
    } else if (first.isObject()) {
      lines.add(
          "first difference: %s%s: ours %s, golden %s"
              .formatted(
                  first.path("stage").asText(),
                  first.path("index"),
                  first.path("ours").asText(),
                  first.path("golden").asText()));
    }
    if (!report.path("not_compared").isEmpty()) {
      List<String> names = new ArrayList<>();
      report.path("not_compared").forEach(n -> names.add(n.asText()));
      lines.add("not compared: " + String.join(", ", names));
    }
    lines.add(report.path("ok").booleanValue() ? "equal within the tolerances" : "NOT equal");
  }

  private static String number(JsonNode value) {
    return value.isNumber()
        ? String.format(Locale.ROOT, "%.2e", value.asDouble())
        : value.asText("-");
  }
}
