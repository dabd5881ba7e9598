package dev.filip.cli;

import dev.filip.indexing.IndexEncoder;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import dev.filip.search.Calibration;
import dev.filip.search.Calibrator;
import dev.filip.search.IndexAbout;
import dev.filip.search.QueryEncoder;
import dev.filip.search.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip index calibrate}. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    description = {
      "Measure how high unrelated queries come in an index, for filip search --min-probability.",
      "Unrelated are the index's own captions against images that share no telling word with them; without captions, texts of drawn words."
    },
    footer = {
      "",
      "Example:",
      "  filip index calibrate pictures.index",
      "  filip search pictures.index \"red sofa\" --min-probability 0.95"
    })
final class CalibrateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "INDEX", description = "The index.")
  private Path index;

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description = "Texts that no image of the index fits, one a line, in place of its own.")
  private @Nullable Path queries;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "500",
      description = "Unrelated queries, where no file names them. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Draws sample and queries. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private ModelOption model;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Lucene.quiet();
    BadInput.require(
        count >= Calibrator.LEAST_QUERIES, "--count", count, ">= " + Calibrator.LEAST_QUERIES);
    IndexAbout about = IndexAbout.read(index);
    try (Snapshot snapshot = Snapshot.open(index);
        IndexEncoder encoder = IndexEncoder.open(about, model.of(about), false)) {
      Calibration made = calibrated(snapshot, encoder.words());
      made.write(index, about);
      answer.print(Json.object().put("index", index.toString()).setAll(made.toJson()));
    }
    return 0;
  }

  private Calibration calibrated(Snapshot snapshot, QueryEncoder words) throws IOException {
    List<String> texts = queries == null ? List.of() : SearchCommand.lines(queries);
    try (Progress progress = new Progress("queries", queries == null ? count : texts.size())) {
      Calibrator calibrator = new Calibrator(snapshot, words, seed, done -> progress.to(done, ""));
      return queries == null ? calibrator.ofItself(count) : calibrator.of(texts);
    }
  }
}
