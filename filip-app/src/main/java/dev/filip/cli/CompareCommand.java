package dev.filip.cli;

import dev.filip.data.SampleSource;
import dev.filip.data.Sources;
import dev.filip.eval.Comparison;
import dev.filip.eval.DisagreementPage;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip eval compare}: two results on the same data. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Compare two answers of filip eval TASK --json, image by image: the difference (A minus B) with its 95 %% interval and p.",
      "Answers of unlike things (other data, split, prompts, preprocessing) are refused."
    },
    footer = {
      "",
      "Example:",
      "  filip eval compare late.json global.json --out disagreements.html"
    })
final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "A.json", description = "An answer with --json.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B.json", description = "Another on the same data.")
  private Path second;

  @Option(
      names = "--out",
      paramLabel = "FILE.html",
      description = "Also write a page of the images on which the two disagree.")
  private @Nullable Path out;

  @Option(
      names = "--source",
      description = "Where the page finds the images. Default: the source that A names.")
  private @Nullable String source;

  @Mixin private ColumnOptions columns;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws IOException {
    if (out != null) {
      Outputs.refuseExisting(out, force.isOn());
    }
    Comparison comparison =
        Comparison.of(Json.read(first), first.toString(), Json.read(second), second.toString());
    var json = comparison.toJson();
    if (out != null) {
      page(comparison, out);
      json.put("page", out.toString());
    }
    answer.print(json);
    return 0;
  }

  private void page(Comparison comparison, Path file) throws IOException {
    String where = source == null ? comparison.first().path("source").asText() : source;
    BadInput.require(!where.isEmpty(), "--source", "nothing", "the data that both were judged on");
    try (SampleSource images = Sources.open(where, columns.options())) {
      DisagreementPage.write(comparison, images, List.of(name(first), name(second)), file);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.json$", "");
  }
}
