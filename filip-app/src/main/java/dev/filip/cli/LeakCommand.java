package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.Filip;
import dev.filip.data.SampleSource;
import dev.filip.data.Sources;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.leak.LeakReport;
import dev.filip.leak.LeakSearch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip data leak}: near-duplicates between two sources. */
@Command(
    name = "leak",
    mixinStandardHelpOptions = true,
    description = {
      "Find test images of which training data holds a near copy (scaled, recompressed, mirrored): by perceptual hash, and by a model's tokens where one is given.",
      "With --scores, what an answer of filip eval --json is with and without the images found."
    },
    footer = {
      "",
      "Example:",
      "  filip data leak data/collages/train data/collages/test-unseen --out leak.html"
    })
final class LeakCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "TRAIN", description = "What is trained on: any source.")
  private String train;

  @Parameters(index = "1", paramLabel = "TEST", description = "What is judged on: any source.")
  private String test;

  @Option(
      names = "--distance",
      paramLabel = "BITS",
      defaultValue = "6",
      description = "Hashes differ in at most so many of 63 bits, 0 to 11. Default: 6.")
  private int distance;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "Look again at pairs by the late similarity of this model's image tokens.")
  private @Nullable Path model;

  @Option(
      names = "--similarity",
      paramLabel = "S",
      defaultValue = "0.9",
      description = "What a pair's tokens must reach with --model, a mean cosine. Default: 0.9.")
  private double similarity;

  @Option(
      names = "--scores",
      paramLabel = "A.json",
      description =
          "An answer of filip eval TASK MODEL TEST --json: its scores with and without what leaked; repeat for more.")
  private List<Path> scores = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE.html",
      description = "Also write a page with the pairs side by side.")
  private @Nullable Path out;

  @Mixin private PrecisionOption precision;
  @Mixin private ColumnOptions columns;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws IOException {
    if (out != null) {
      Outputs.refuseExisting(out, force.isOn());
    }
    try (SampleSource training = Sources.open(train, columns.options());
        SampleSource judged = Sources.open(test, columns.options())) {
      LeakReport report = search(training, judged);
      ObjectNode json = report.toJson();
      if (!scores.isEmpty()) {
        ObjectNode all = json.putObject("scores");
        String data = judged.fingerprint();
        for (Path file : scores) {
          all.set(file.toString(), report.without(Json.read(file), file.toString(), data));
        }
      }
      if (out != null) {
        report.page(training, judged, out);
        json.put("page", out.toString());
      }
      answer.print(json);
    }
    return 0;
  }

  private LeakReport search(SampleSource training, SampleSource judged) throws IOException {
    if (model == null) {
      LeakSearch search = new LeakSearch(distance, null, similarity);
      return new LeakReport(search, search.run(training, judged));
    }
    try (Filip filip = precision.openForMany(model)) {
      LeakSearch search = new LeakSearch(distance, filip.embedder(), similarity);
      return new LeakReport(search, search.run(training, judged));
    }
  }
}
