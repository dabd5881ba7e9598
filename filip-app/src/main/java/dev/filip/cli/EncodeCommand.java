package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.Filip;
import dev.filip.encode.StoreEncoder;
import dev.filip.tokens.TokenStore;
import dev.filip.tokens.Tokens;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip encode}. */
@Command(
    name = "encode",
    mixinStandardHelpOptions = true,
    description =
        "Encode images, and their captions if asked for, into a token store. A run that was ended goes on where the same command is given again.",
    footer = {
      "",
      "Example:",
      "  filip encode models/collages-late data/collages/test-unseen --out tokens --texts"
    })
final class EncodeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Parameters(
      index = "1",
      paramLabel = "SOURCE",
      description = "Shards, folder, class folders, CSV, TSV, or NAME:PATH#SPLIT.")
  private String source;

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "The store to make.")
  private Path out;

  @Option(names = "--texts", description = "Encode the captions, too.")
  private boolean texts;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      defaultValue = "bf16",
      description = "Type of the rows: fp32 or bf16. Default: ${DEFAULT-VALUE}.")
  private Tokens.Type type;

  @Option(
      names = "--part",
      paramLabel = "N",
      defaultValue = "" + StoreEncoder.Options.PART,
      description = "Samples of a file, the unit in which work goes on. Default: ${DEFAULT-VALUE}.")
  private int part;

  @Mixin private LimitOption limit;
  @Mixin private PrecisionOption precision;
  @Mixin private ColumnOptions columns;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    TokenStore.OWN.requireFree(out, force.isOn()); // before a model is read
    StoreEncoder.Options options =
        new StoreEncoder.Options(type, texts, limit.samples(), part, force.isOn(), false);
    try (var samples = columns.open(source);
        Filip filip = precision.openForMany(model)) {
      ObjectNode result = new StoreEncoder(filip.embedder(), samples, options).run(out).toJson();
      answer.print(result.put("out", out.toString()));
    }
    return 0;
  }
}
