package dev.filip.cli;

import dev.filip.search.OpenSearchExport;
import dev.filip.search.Shards;
import dev.filip.search.Snapshot;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip index export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Write an index for another search engine: ids, metadata, captions, paths and tokens.",
      "opensearch: OUT for _bulk, two lines an image, and OUT.mapping.json, which makes the index there."
    },
    footer = {
      "",
      "Example:",
      "  filip index export pictures.index --to opensearch --out pictures.ndjson",
    })
final class IndexExportCommand implements Callable<Integer> {
  /** Where to. */
  enum Engine {
    OPENSEARCH
  }

  @Parameters(paramLabel = "INDEX", description = "The index, or several as INDEX,INDEX.")
  private Path index;

  @Option(names = "--to", required = true, paramLabel = "ENGINE", description = "opensearch.")
  private Engine to;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to make.")
  private Path out;

  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Lucene.quiet();
    try (Snapshot now = Shards.open(Shards.named(index))) {
      OpenSearchExport.Written written =
          switch (to) {
            case OPENSEARCH -> OpenSearchExport.write(now, out, force.isOn());
          };
      answer.print(written.toJson());
    }
    return 0;
  }
}
