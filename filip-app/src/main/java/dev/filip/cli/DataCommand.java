package dev.filip.cli;

import dev.filip.data.Inspect;
import dev.filip.data.Sources;
import dev.filip.io.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code filip data}: makes data sets and looks at them. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Make data sets, generated or fetched, and look at them.",
    subcommands = {
      ScenesCommand.class,
      EmojiCommand.class,
      OpenclipartCommand.class,
      DownloadCommand.class,
      ListCommand.class,
      TranslateCommand.class,
      LeakCommand.class,
      DataCommand.InspectCommand.class
    },
    footer = {"", "Example:", "  filip data scenes --out data/scenes"})
final class DataCommand extends Group {

  /** {@code filip data inspect}. */
  @Command(
      name = "inspect",
      mixinStandardHelpOptions = true,
      description =
          "Read all of a source: counts, sizes, caption lengths, unreadable samples by reason, duplicates.",
      footer = {"", "Example:", "  filip data inspect data/scenes/train"})
  static final class InspectCommand implements Callable<Integer> {
    @Parameters(
        paramLabel = "SOURCE",
        description = "Shards, folder, class folders, CSV, TSV, Parquet, or NAME:PATH#SPLIT.")
    private String source;

    @Mixin private ColumnOptions columns;
    @Mixin private Answer answer;

    @Override
    public Integer call() throws Exception {
      try (var samples = Sources.open(source, columns.options().keepingTruncated());
          Progress progress = new Progress("inspect", samples.size())) {
        answer.print(Inspect.of(samples, progress).toJson());
      }
      return 0;
    }
  }
}
