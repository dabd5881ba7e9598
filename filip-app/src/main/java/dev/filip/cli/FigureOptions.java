package dev.filip.cli;

import dev.filip.Filip;
import dev.filip.data.SampleSource;
import dev.filip.eval.Figure;
import dev.filip.io.BadInput;
import dev.filip.text.Prompts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code filip explain} takes for a source of images in place of one image with texts. */
final class FigureOptions {
  private static final int PICTURES = 24;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description =
          "For a SOURCE: class names, one a line, in label order; images without a label show the classes that their captions or file names hold as words. Default: the source's.")
  private @Nullable Path classes;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "For a SOURCE: the prompt; {}, {c} or {label} is the name's place. Default: a photo of a {}.")
  private @Nullable String template;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "For a SOURCE: show at most N images, evenly spread. Default: 24.")
  private @Nullable Integer limit;

  @Mixin private ColumnOptions columns;

  /** Refuses what is only for a source. */
  void requireNone() {
    BadInput.require(classes == null, "--classes", String.valueOf(classes), "given without TEXT");
    BadInput.require(
        template == null, "--template", String.valueOf(template), "given without TEXT");
    BadInput.require(limit == null, "--limit", String.valueOf(limit), "given without TEXT");
  }

  /** Opens the source, then model by model. */
  Figure figure(List<Path> models, String source, PrecisionOption precision) throws IOException {
    int most = limit == null ? PICTURES : limit;
    BadInput.require(most >= 1, "--limit", most, ">= 1");
    SequencedMap<String, Path> named = named(models);
    List<String> given = classes == null ? List.of() : Prompts.readClasses(classes);
    try (SampleSource samples = columns.open(source)) {
      List<String> names = given.isEmpty() ? samples.classNames() : given;
      String prompt = template == null ? "a photo of a {}." : template;
      Figure figure = new Figure(samples, names, prompt, most);
      for (Map.Entry<String, Path> one : named.entrySet()) {
        try (Filip filip = precision.open(one.getValue())) {
          figure.add(one.getKey(), filip.embedder());
        }
      }
      return figure;
    }
  }

  /** By {@link ModelNames}. */
  private static SequencedMap<String, Path> named(List<Path> models) {
    SequencedMap<String, Path> out = new LinkedHashMap<>();
    for (Path model : models) {
      Path had = out.putIfAbsent(ModelNames.of(model, models), model);
      BadInput.require(had == null, "MODEL", model, "named once");
    }
    return out;
  }
}
