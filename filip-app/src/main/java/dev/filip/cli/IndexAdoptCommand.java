package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.indexing.IndexParts;
import dev.filip.search.Snapshot;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code filip index adopt}. */
@Command(
    name = "adopt",
    mixinStandardHelpOptions = true,
    description = {
      "Take all parts of a source that filip index part made into the index, in order: each is read against its sums, and must be of the index's model.",
      "An image of an id that is there takes its place; a part whose images are all there as they are is passed over."
    },
    footer = {"", "Example:", "  filip index adopt pictures.index parts"})
final class IndexAdoptCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "INDEX", description = "The index.")
  private Path index;

  @Parameters(index = "1", paramLabel = "FOLDER", description = "The folder of all parts.")
  private Path folder;

  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Lucene.quiet();
    ObjectNode result = IndexParts.adopt(index, folder).toJson();
    result.remove("images_per_second");
    try (Snapshot now = Snapshot.open(index)) {
      result.set("index", now.info());
      result.put("items", now.size());
    }
    answer.print(result);
    return 0;
  }
}
