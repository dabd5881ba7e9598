package dev.filip.cli;

import dev.filip.folder.ModelFiles;
import dev.filip.parity.TokensParity;
import dev.filip.text.BpeTokenizer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code filip parity tokens}. */
@Command(
    name = "tokens",
    mixinStandardHelpOptions = true,
    description = "A model folder's tokenizer against a JSON list of {text, ids}.",
    footer = {"", "Example:", "  filip parity tokens models/clip golden/tokens.json"})
final class ParityTokensCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Parameters(index = "1", paramLabel = "GOLDEN", description = "Golden file.")
  private Path golden;

  @Mixin private Answer answer;

  @Override
  public Integer call() {
    BpeTokenizer tokenizer = BpeTokenizer.load(model, ModelFiles.readConfig(model).textBehaviour());
    TokensParity.Report report = TokensParity.compare(tokenizer, golden);
    answer.print(report.toJson(), report.toText());
    return report.ok() ? 0 : 1;
  }
}
