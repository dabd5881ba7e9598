package dev.filip.quickstart;

import dev.filip.Filip;
import dev.filip.config.Interaction;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.eval.ExamplePictures;
import dev.filip.io.Json;
import dev.filip.viz.CurvePlot;
import dev.filip.viz.CurvePlot.Series;
import dev.filip.viz.Report;
import dev.filip.viz.Report.Example;
import dev.filip.viz.Report.Fact;
import dev.filip.viz.Report.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The quickstart's one-file report: scores side by side, curves, and what both models see in the
 * same pictures.
 */
final class QuickstartReport {
  private static final int EXAMPLES = 6;

  private final QuickstartResult result;

  private QuickstartReport(QuickstartResult result) {
    this.result = result;
  }

  static void write(QuickstartResult result) throws IOException {
    QuickstartReport report = new QuickstartReport(result);
    report.page().write(result.report());
    Files.writeString(result.out().resolve("result.json"), Json.pretty(result.toJson()) + "\n");
  }

  private Report page() throws IOException {
    return new Report(
        "FILIP quickstart",
        "Two models of the same size were trained on the same generated scenes for the same number of steps: late compares every patch with"
            + " every word (FILIP), global compares one vector of each (CLIP). Both are judged on scenes neither has seen.",
        result.table(),
        curves(),
        new Report.Gallery("What each patch chose", examples()),
        facts(),
        List.of(
            "Pointing is judged at a phrase's noun, the last word that names it: under a causal text tower earlier words cannot know it.",
            "\"Patch to any word\" is an honest limit: late words have read the whole caption, so patches may choose them and still match well.",
            "Same steps is not same time: the late model takes longer a step. Relations (left of, above) are learnt by neither in this budget."));
  }

  private List<String> curves() throws IOException {
    List<String> charts = new ArrayList<>();
    charts.add(curve("Training loss", "loss", "loss"));
    charts.add(curve("In-batch accuracy, image to text", "accuracy", "accuracy_image"));
    charts.add(curve("Logit scale", "scale", "logit_scale"));
    return charts;
  }

  private String curve(String title, String label, String key) throws IOException {
    List<Series> series = new ArrayList<>();
    for (Interaction interaction : result.models().keySet()) {
      String name = Quickstart.name(interaction);
      List<String> lines = Files.readAllLines(result.out().resolve(name).resolve("metrics.jsonl"));
      series.add(CurvePlot.ofMetrics(name, lines, key));
    }
    return CurvePlot.svg(title, "step", label, series);
  }

  private List<Example> examples() throws IOException {
    Path test = result.out().resolve("data").resolve("test");
    try (SampleSource source = Sources.open(test.toString(), SourceOptions.DEFAULT);
        Filip late = Filip.open(result.path(Interaction.LATE));
        Filip global = Filip.open(result.path(Interaction.GLOBAL))) {
      List<Example> examples = new ArrayList<>();
      for (int i = 0; i < Math.min(EXAMPLES, source.size()); i++) {
        var sample = source.read(i);
        ExamplePictures seen = ExamplePictures.of(late.embedder(), sample);
        ExamplePictures other = ExamplePictures.of(global.embedder(), sample);
        examples.add(
            new Example(
                "“" + seen.caption() + "”",
                List.of(
                    new Picture("late: the word each patch chose", seen.alignment()),
                    new Picture("late: each patch's best noun", seen.nouns()),
                    new Picture("global: each patch's best noun", other.nouns()),
                    new Picture("late: where the first noun looks", seen.heat()))));
      }
      return examples;
    }
  }

  private List<Fact> facts() {
    List<Fact> facts = new ArrayList<>();
    result
        .models()
        .forEach((interaction, scores) ->
            facts.add(
                new Fact(
                    "training " + Quickstart.name(interaction),
                    Double.isNaN(scores.trainSeconds())
                        ? "was there already"
                        : String.format(Locale.ROOT, "%.0f s", scores.trainSeconds()))));
    facts.add(new Fact("steps of each", Integer.toString(result.options().steps())));
    facts.add(new Fact("training scenes", Integer.toString(result.options().scenes())));
    facts.add(new Fact("seed", Long.toString(result.options().seed())));
    facts.add(new Fact("all of it", String.format(Locale.ROOT, "%.0f s", result.seconds())));
    facts.add(new Fact("cores", Integer.toString(Runtime.getRuntime().availableProcessors())));
    facts.add(new Fact("Java", System.getProperty("java.vm.name") + " " + Runtime.version()));
    facts.add(
        new Fact("system", System.getProperty("os.name") + " " + System.getProperty("os.arch")));
    return facts;
  }
}
