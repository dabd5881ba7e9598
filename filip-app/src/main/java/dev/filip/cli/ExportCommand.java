package dev.filip.cli;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.image.Preprocess;
import dev.filip.interop.Exported;
import dev.filip.interop.HuggingFaceExport;
import dev.filip.interop.OnnxFolderExport;
import dev.filip.interop.OpenClipExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Write a model for another program. What has no place there is said.",
    footer = {
      "",
      "Example:",
      "  filip export models/collages-late --to onnx --out exported",
      "",
      "huggingface  a copy: a model folder is a Hugging Face folder already",
      "open_clip    opened by open_clip.create_model_and_transforms('local-dir:OUT')",
      "onnx         image.onnx and text.onnx, all tokens as outputs, with tokenizer and config"
    })
final class ExportCommand implements Callable<Integer> {
  /** Where to. */
  enum Form {
    HUGGINGFACE,
    OPEN_CLIP,
    ONNX
  }

  @Parameters(paramLabel = "MODEL", description = "Model folder.")
  private Path model;

  @Option(names = "--to", required = true, description = "huggingface, open_clip or onnx.")
  private Form to;

  @Option(names = "--out", required = true, description = "Folder to make.")
  private Path out;

  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    Exported.requireFree(out, model, force.isOn());
    Exported exported = exported();
    answer.print(exported.toJson(), exported.toText());
    return 0;
  }

  private Exported exported() throws IOException {
    if (to == Form.HUGGINGFACE) {
      return HuggingFaceExport.write(model, out);
    }
    try (LoadedModel loaded = ModelFolder.load(model)) {
      return to == Form.ONNX
          ? OnnxFolderExport.write(loaded, out)
          : OpenClipExport.write(loaded, pixels(loaded), out);
    }
  }

  private static com.fasterxml.jackson.databind.JsonNode pixels(LoadedModel loaded) {
    return Preprocess.of(loaded.preprocessor(), loaded.config().pixelBehaviour())
        .toOpenClip(loaded.config().vision().imageSize());
  }
}
