package dev.filip.cli;

import dev.filip.indexing.IndexModel;
import dev.filip.indexing.IndexParts;
import dev.filip.io.Share;
import dev.filip.search.IndexAbout;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip index part}. */
@Command(
    name = "part",
    mixinStandardHelpOptions = true,
    description = {
      "Encode a part of a source beside the index, which is only asked what it is of; filip index adopt takes the parts in.",
      "For many machines (examples/launch/spark-index.sh): a part appears whole, and one that is there is not made again."
    },
    footer = {
      "",
      "Example:",
      "  filip index part pictures.index data/collages/train --part 3/16 --out parts"
    })
final class IndexPartCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "INDEX", description = "The index.")
  private Path index;

  @Parameters(index = "1", paramLabel = "SOURCE", description = "As of filip index add.")
  private String source;

  @Option(
      names = "--part",
      paramLabel = "I/N",
      required = true,
      description = "Part I of N, from 0/N to N-1/N: neighbours in the source's order.")
  private String part;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "The folder of all parts.")
  private Path out;

  @Mixin private ModelOption model;
  @Mixin private DeviceOption device;
  @Mixin private ColumnOptions columns;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Lucene.quiet();
    Share which = Share.parse("--part", part);
    IndexAbout about = IndexAbout.read(index);
    try (var samples = columns.openWithOtherColumns(source);
        IndexModel open = IndexModel.open(about, model.of(about), true, device.choose())) {
      answer.print(IndexParts.make(open, about, samples, source, which, out));
    }
    return 0;
  }
}
