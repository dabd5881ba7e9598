package dev.filip.interop;

import dev.filip.checkpoint.ModelShow;
import dev.filip.config.VisionKind;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * A model folder as a Hugging Face folder: it is one already, so it is checked and copied whole.
 */
public final class HuggingFaceExport {
  private static final String NOTE =
      "a model folder is a Hugging Face folder: copied whole, with our block filip in config.json";

  private HuggingFaceExport() {}

  /** Copies every file of {@code model}; an older {@code out} is replaced. */
  public static Exported write(Path model, Path out) throws IOException {
    ModelShow show = ModelShow.of(model);
    if (ModelFiles.readConfig(model).vision().kind() == VisionKind.DECLIP) {
      throw new BadInput(
          model
              + ": transformers has no image tower of kind declip: take --to onnx, or the folder");
    }
    if (Files.exists(out) && Files.isSameFile(model, out)) {
      throw new BadInput("--out " + out + " is the model folder itself");
    }
    Outputs.folder(
        out,
        folder -> {
          for (Path file : ExportFiles.files(model)) {
            Path copy = folder.resolve(file.getFileName().toString());
            Files.copy(file, copy);
            Outputs.sync(copy);
          }
        });
    int tensors = show.dtypes().values().stream().mapToInt(Integer::intValue).sum();
    return Exported.of("huggingface", out, tensors, OptionalInt.empty(), List.of(), NOTE);
  }
}
