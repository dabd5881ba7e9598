package dev.filip.interop;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.onnx.OnnxExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Both towers as ONNX files in a folder that needs nothing else: tokenizer files, {@code
 * preprocessor_config.json} and {@code config.json} lie beside them.
 */
public final class OnnxFolderExport {
  private OnnxFolderExport() {}

  /** Writes the folder whole; an older {@code out} is replaced. */
  public static Exported write(LoadedModel loaded, Path out) throws IOException {
    int[] tensors = new int[1];
    Outputs.folder(
        out,
        folder -> {
          OnnxExport.Written written = OnnxExport.write(folder, loaded);
          tensors[0] = written.image() + written.text();
          ExportFiles.json(
              folder.resolve("config.json"), Json.read(loaded.folder().resolve("config.json")));
          ExportFiles.json(folder.resolve("preprocessor_config.json"), loaded.preprocessor());
          ExportFiles.tokenizer(folder, loaded);
          ExportFiles.papers(folder, loaded.folder());
        });
    return Exported.of(
        "onnx",
        out,
        tensors[0],
        OptionalInt.of(OnnxExport.OPSET),
        List.of(
            new Exported.LeftOut(
                "logit_scale",
                "it scales similarities, which are not in the graphs: see metadata")),
        "image.onnx and text.onnx: inputs and outputs are in docs/WEIGHTS.md");
  }
}
