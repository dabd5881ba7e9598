package dev.filip.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code --json} option: standard output is then exactly one JSON document. */
final class Answer {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--json",
      description = "Print the result as one JSON document on standard output.")
  private boolean json;

  boolean isJson() {
    return json;
  }

  /** Prints the result: as JSON, or as lines for people. */
  void print(com.fasterxml.jackson.databind.JsonNode result) {
    print(result, Plain.text(result));
  }

  /** Prints the result: as JSON, or as this text. */
  void print(Object result, String text) {
    PrintWriter out = out();
    out.println(json ? Json.pretty(result) : text);
    out.flush();
  }

  /** Standard output, for results that come bit by bit. */
  PrintWriter out() {
    if (spec == null) {
      throw new IllegalStateException("not attached to a command");
    }
    return spec.commandLine().getOut();
  }

  /** Prints one of several results: as JSON on one line, or as this text. */
  void line(JsonNode result, String text) {
    if (spec == null) {
      throw new IllegalStateException("not attached to a command");
    }
    var out = spec.commandLine().getOut();
    out.println(json ? Json.line(result) : text);
    out.flush();
  }

  /** A JSON answer as lines for people: one a key, small objects on one line, numbers rounded. */
  private static final class Plain {
    private static final int INLINE = 5;

    private Plain() {}

    static String text(JsonNode json) {
      List<String> lines = new ArrayList<>();
      lines(json, "", lines);
      return String.join(System.lineSeparator(), lines);
    }

    private static void lines(JsonNode json, String indent, List<String> lines) {
      int width = json.properties().stream().mapToInt(e -> e.getKey().length()).max().orElse(0);
      for (Map.Entry<String, JsonNode> entry : json.properties()) {
        JsonNode value = entry.getValue();
        String key =
            indent + String.format(Locale.ROOT, "%-" + Math.max(1, width) + "s", entry.getKey());
        if (value.isObject() && !isSmall(value)) {
          lines.add(indent + entry.getKey());
          lines(value, indent + "  ", lines);
        } else if (value.isArray() && !value.isEmpty() && value.get(0).isContainerNode()) {
          lines.add(indent + entry.getKey());
          value.forEach(item -> lines.add(indent + "  " + inline(item)));
        } else if (value.isArray() && isOfPhrases(value)) {
          lines.add(indent + entry.getKey());
          value.forEach(item -> lines.add(indent + "  " + item.asText()));
        } else {
          lines.add(key + "  " + inline(value));
        }
      }
    }

    private static boolean isOfPhrases(JsonNode array) {
      return array.valueStream().anyMatch(item -> item.isTextual() && item.asText().contains(" "));
    }

    private static boolean isSmall(JsonNode object) {
      return object.size() <= INLINE
          && object.properties().stream().noneMatch(e -> e.getValue().isContainerNode());
    }

    private static String inline(JsonNode value) {
      if (value.isObject() && value.isEmpty()) {
        return "none";
      }
      if (value.isObject()) {
        return String.join(
            "  ",
            value.properties().stream().map(e -> e.getKey() + " " + inline(e.getValue())).toList());
      }
      if (value.isArray()) {
        List<String> items = new ArrayList<>();
        value.forEach(item -> items.add(inline(item)));
        return String.join(" ", items);
      }
      return value.isFloatingPointNumber() ? number(value.asDouble()) : value.asText();
    }

    private static String number(double value) {
      double size = Math.abs(value);
      String format = size == 0 || (size >= 1e-3 && size < 1000) ? "%.4f" : "%.4g";
      return String.format(Locale.ROOT, format, value);
    }
  }
}
