package dev.filip.cli;

import dev.filip.folder.ModelFiles;
import dev.filip.image.Preprocess;
import dev.filip.io.Json;
import dev.filip.parity.ParityTable;
import dev.filip.parity.PixelsParity;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip parity pixels}. */
@Command(
    name = "pixels",
    mixinStandardHelpOptions = true,
    description =
        "A model folder's preprocessing against a folder of images with NAME.npy beside each.",
    footer = {"", "Example:", "  filip parity pixels models/clip golden/pixels"})
final class ParityPixelsCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Parameters(index = "1", paramLabel = "GOLDEN", description = "Folder of images and .npy files.")
  private Path golden;

  @Option(
      names = "--atol",
      description =
          "Absolute tolerance. Default: 1e-6 for lossless images, 2/255/std for lossy ones.")
  private @Nullable Double atol;

  @Option(names = "--rtol", description = "Tolerance relative to the golden's number. Default: 0.")
  private double rtol;

  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Preprocess settings =
        Preprocess.of(
            Json.read(model.resolve("preprocessor_config.json")),
            ModelFiles.readConfig(model).pixelBehaviour());
    PixelsParity.Result result =
        PixelsParity.run(
            golden,
            settings,
            new PixelsParity.Tolerance(
                atol == null ? OptionalDouble.empty() : OptionalDouble.of(atol), rtol));
    answer.print(result.toJson(), ParityTable.text(result.toJson()));
    return result.ok() ? 0 : 1;
  }
}
