package dev.filip.cli;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.parity.ModelParity;
import dev.filip.parity.ParityReport;
import dev.filip.parity.ParityTable;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip parity model}. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description =
        "A model folder against a filip-golden-model/1 file: blocks, projected tokens, embeddings, similarities.",
    footer = {"", "Example:", "  filip parity model models/clip golden/clip.safetensors"})
final class ParityModelCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Parameters(index = "1", paramLabel = "GOLDEN", description = "Golden file.")
  private Path golden;

  @Option(
      names = "--atol",
      description = "Absolute tolerance of every stage. Default: 5e-5, blocks 1e-4.")
  private @Nullable Double atol;

  @Option(
      names = "--rtol",
      description =
          "Tolerance relative to the golden's number. Default: 0; of fp16 and bf16 goldens at least one unit in the last place.")
  private double rtol;

  @Mixin private Answer answer;

  @Override
  public Integer call() {
    ModelParity.Tolerance usual = ModelParity.Tolerance.FP32;
    ModelParity.Tolerance tolerance =
        new ModelParity.Tolerance(
            atol == null ? usual.tokens() : atol, atol == null ? usual.blocks() : atol, rtol);
    LoadedModel loaded = ModelFolder.load(model);
    try {
      ParityReport report = ModelParity.compare(loaded.model(), golden, tolerance);
      answer.print(report.toJson(), ParityTable.text(report.toJson()));
      return report.ok() ? 0 : 1;
    } finally {
      loaded.close();
    }
  }
}
