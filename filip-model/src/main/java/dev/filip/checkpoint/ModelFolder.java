package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.folder.ConfigJson;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.model.FilipModel;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model folder: a Hugging Face CLIP folder ({@code config.json}, {@code model.safetensors},
 * tokenizer files, {@code preprocessor_config.json}) whose config has one more block, {@code
 * filip}.
 */
public final class ModelFolder {
  private ModelFolder() {}

  /**
   * Writes a folder beside {@code out} and renames it; an older one is replaced.
   *
   * @param preprocessor {@code preprocessor_config.json}
   * @param trained provenance for the {@code filip} block; may be empty
   */
  public static void save(
      Path out, FilipModel model, BpeTokenizer tokenizer, JsonNode preprocessor, JsonNode trained)
      throws IOException {
    Outputs.folder(out, folder -> write(folder, model, tokenizer, preprocessor, trained));
  }

  /** Writes the files into a folder that is there; adapters are merged into their matrices. */
  public static void write(
      Path folder,
      FilipModel model,
      BpeTokenizer tokenizer,
      JsonNode preprocessor,
      JsonNode trained)
      throws IOException {
    ObjectNode config = ConfigJson.write(model.config(), tokenizer.bos(), tokenizer.eos(), trained);
    text(folder.resolve(ModelFiles.CONFIG), Json.pretty(config));
    text(folder.resolve(ModelFiles.PREPROCESSOR), Json.pretty(preprocessor));
    tokenizer.save(folder, model.config().text().context());
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Map<String, Tensor> merged = model.parameters().merged();
      Safetensors.write(folder.resolve(ModelFiles.WEIGHTS), merged, Map.of("format", "pt"));
    }
  }

  private static void text(Path file, String text) throws IOException {
    Files.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Reads config and weights; a damaged or foreign folder is {@link BadInput} in one line. */
  public static LoadedModel load(Path folder) {
    Natives.load();
    JsonNode root = ModelFiles.config(folder);
    ModelConfig config = ConfigJson.read(folder.resolve(ModelFiles.CONFIG).toString(), root);
    Path pixels = folder.resolve(ModelFiles.PREPROCESSOR);
    JsonNode preprocessor =
        Files.exists(pixels) ? Json.readObject(pixels) : MissingNode.getInstance();
    Path weights = folder.resolve(ModelFiles.WEIGHTS);
    FilipModel model; // the last that can fail: there is nobody yet to free it
    try (Safetensors file = Safetensors.of(ModelFiles.weights(folder))) {
      ModelFiles.check(weights, file.tensors(), config);
      model = FilipModel.of(config, (name, _) -> finite(weights, name, file.tensor(name)));
    }
    return new LoadedModel(
        folder,
        config,
        model,
        preprocessor,
        root.path("filip").path("trained").isObject()
            ? root.path("filip").path("trained")
            : Json.object());
  }

  private static Tensor finite(Path file, String name, Tensor tensor) {
    Tensor full = tensor.to(ScalarType.Float);
    if (!full.isfinite().all().item_bool()) {
      throw new BadInput(file + ": tensor " + name + ": holds numbers that are not finite");
    }
    return full;
  }
}
