package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.indexing.IndexEncoder;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.search.IndexAbout;
import dev.filip.search.OpenSearchExport;
import dev.filip.search.SearchQuery;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code filip index query}. */
@Command(
    name = "query",
    mixinStandardHelpOptions = true,
    description = {
      "Print the body of a search for another search engine, the query encoded by the index's model.",
      "opensearch: for _search of an index made by filip index export, with the plugin filip-opensearch."
    },
    footer = {
      "",
      "Example:",
      "  filip index query pictures.index --to opensearch \"red^2 sofa -dog\" > body.json",
    })
final class IndexQueryCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "INDEX", description = "The index.")
  private Path index;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "TEXT",
      description = "Words, as filip search takes them.")
  private List<String> text = List.of();

  @Option(names = "--image", paramLabel = "FILE", description = "A picture to search by.")
  private @Nullable Path image;

  @Option(names = "--to", required = true, paramLabel = "ENGINE", description = "opensearch.")
  private IndexExportCommand.Engine to;

  @Option(
      names = {"-k", "--hits"},
      paramLabel = "N",
      defaultValue = "10",
      description = "Hits. Default: ${DEFAULT-VALUE}.")
  private int k;

  @Option(names = "--literal", description = "Take ^ and - in the text as they are.")
  private boolean literal;

  @Mixin private ModelOption model;

  @Override
  public Integer call() throws Exception {
    Lucene.quiet();
    BadInput.require(
        !text.isEmpty() || image != null, "TEXT", "none", "words, or --image in their place");
    IndexAbout about = IndexAbout.read(index);
    SearchQuery query;
    try (IndexEncoder encoder = IndexEncoder.open(about, model.of(about), image != null)) {
      query = encoder.query(String.join(" ", text), literal, image, null);
    }
    ObjectNode body =
        switch (to) {
          case OPENSEARCH -> OpenSearchExport.search(query, k, null);
        };
    if (spec == null) {
      throw new IllegalStateException("not attached to a command");
    }
    spec.commandLine().getOut().println(Json.pretty(body));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
