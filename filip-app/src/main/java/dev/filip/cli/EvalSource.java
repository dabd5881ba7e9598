package dev.filip.cli;

import dev.filip.Filip;
import dev.filip.data.Sources;
import dev.filip.eval.EvalData;
import dev.filip.eval.Task;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every {@code filip eval} command takes: a model, a source, and how much of it. */
final class EvalSource {
  @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "SOURCE",
      description = "Shards, folder, class folders, CSV or TSV.")
  private String source;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Use at most N samples, evenly spread. Default: all.")
  private int limit;

  @Mixin private PrecisionOption precision;
  @Mixin private ColumnOptions columns;

  /** Opens both, judges, closes both. */
  Task.Result judge(Task<?> task) throws IOException {
    try (var samples = Sources.open(source, columns.options());
        Filip filip = precision.openForMany(model)) {
      EvalData all = EvalData.all(samples);
      return task.run(
          filip.embedder(), new EvalData(samples, source, limit > 0 ? limit : all.limit(), false));
    }
  }
}
