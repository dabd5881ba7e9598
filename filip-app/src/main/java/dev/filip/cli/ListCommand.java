package dev.filip.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.Origin;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.Sources;
import dev.filip.data.UnreadableSample;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code filip data list}. Samples are printed as they are read, however many there are. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description =
        "Print what a source holds, in its order: keys, labels, captions, URLs. Reads no image.",
    footer = {"", "Example:", "  filip data list food101:/data/food101 --split test --limit 5"})
final class ListCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SOURCE",
      description =
          "Shards, folder, class folders, CSV, TSV, Parquet, or NAME:PATH#SPLIT of a known data set.")
  private String source;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Print at most the first N samples. Default: all.")
  private @Nullable Integer limit;

  @Mixin private ColumnOptions columns;
  @Mixin private Answer answer;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    BadInput.require(limit == null || limit >= 0, "--limit", String.valueOf(limit), ">= 0");
    PrintWriter out = spec.commandLine().getOut();
    try (SampleSource samples = Sources.open(source, columns.options())) {
      if (answer.isJson()) {
        json(samples, out);
      } else {
        lines(samples, out);
      }
    }
    out.flush();
    return 0;
  }

  private long shown(SampleSource samples) {
    return limit == null ? samples.size() : Math.min(limit, samples.size());
  }

  private void lines(SampleSource samples, PrintWriter out) throws IOException {
    out.println(samples.describe());
    List<String> classes = samples.classNames();
    each(
        samples,
        text -> {
          StringBuilder line = new StringBuilder(text.key());
          if (text.label() >= 0) {
            line.append("  ").append(text.label()).append(' ').append(named(classes, text.label()));
          }
          text.captions()
              .forEach(c -> line.append("  | ").append(c.replaceAll("\\s+", " ").strip()));
          if (url(text) instanceof String url) {
            line.append("  ").append(url);
          }
          out.println(line);
        },
        (key, why) -> out.println(key + "  unreadable: " + why));
    long rest = samples.size() - shown(samples);
    if (rest > 0) {
      out.println(String.format(Locale.ROOT, "and %,d more", rest));
    }
  }

  private static String named(List<String> classes, int label) {
    return label < classes.size() ? classes.get(label) : "";
  }

  private static @Nullable String url(Sample.Text text) {
    JsonNode metadata = text.metadata();
    JsonNode url = metadata == null ? null : metadata.get("url");
    return url == null || !url.isTextual() ? null : url.asText();
  }

  private void json(SampleSource samples, PrintWriter out) throws IOException {
    Origin origin = samples.origin();
    List<String> classes = samples.classNames();
    try (JsonGenerator json = Json.mapper().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("dataset", origin == null ? source : origin.dataset());
      json.writeStringField("split", origin == null ? null : origin.split());
      json.writeNumberField("n", samples.size());
      json.writePOJOField("classes", classes);
      json.writePOJOField("raw_classes", raw(origin, classes));
      json.writePOJOField("notes", origin == null ? List.of() : origin.notes());
      json.writeArrayFieldStart("samples");
      each(
          samples,
          text -> sample(json, classes, text),
          (key, why) -> {
            json.writeStartObject();
            json.writeStringField("key", key);
            json.writeStringField("unreadable", why);
            json.writeEndObject();
          });
      json.writeEndArray();
      json.writeEndObject();
    }
    out.println();
  }

  private static List<String> raw(@Nullable Origin origin, List<String> classes) {
    return origin == null || origin.rawClasses().isEmpty() ? classes : origin.rawClasses();
  }

  private static void sample(JsonGenerator json, List<String> classes, Sample.Text text)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("key", text.key());
    if (text.label() >= 0) {
      json.writeNumberField("label", text.label());
      if (text.label() < classes.size()) {
        json.writeStringField("class", classes.get(text.label()));
      }
    }
    if (!text.captions().isEmpty()) {
      json.writePOJOField("captions", text.captions());
    }
    if (url(text) instanceof String url) {
      json.writeStringField("url", url);
    }
    json.writeEndObject();
  }

  /** Takes a sample that can be used. */
  private interface Take {
    void text(Sample.Text text) throws IOException;
  }

  /** Takes one that cannot. */
  private interface Refuse {
    void sample(String key, String why) throws IOException;
  }

  private void each(SampleSource samples, Take take, Refuse refuse) throws IOException {
    long shown = shown(samples);
    for (long i = 0; i < shown; i++) {
      try {
        take.text(samples.text(i));
      } catch (UnreadableSample e) {
        refuse.sample("sample " + i, String.valueOf(e.getMessage()));
      }
    }
  }
}
