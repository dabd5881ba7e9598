package dev.filip.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.Interaction;
import dev.filip.config.TextBehaviour;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.model.ParameterMap;
import dev.filip.tensor.StepScope;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * A folder that {@code open_clip.create_model_and_transforms("local-dir:FOLDER")} opens: {@code
 * open_clip_config.json}, {@code open_clip_model.safetensors} and the tokenizer's files.
 */
public final class OpenClipExport {
  private OpenClipExport() {}

  /**
   * Writes the folder whole; an older {@code out} is replaced.
   *
   * @param preprocess {@code preprocess_cfg}: how open_clip makes pixels
   */
  public static Exported write(LoadedModel loaded, JsonNode preprocess, Path out)
      throws IOException {
    List<TensorRule> rules = OpenClipNames.of(loaded.config());
    BpeTokenizer tokenizer = loaded.tokenizer();
    OpenClipConfigWriter writer = new OpenClipConfigWriter(loaded.config(), tokenizer);
    ObjectNode config = Json.object();
    config.set("model_cfg", writer.modelConfig());
    config.set("preprocess_cfg", preprocess);
    JsonNode filip = Json.read(loaded.folder().resolve("config.json")).path("filip");
    if (filip.isObject()) {
      config.set("filip", filip); // open_clip reads the two above only
    }
    Outputs.folder(
        out,
        folder -> {
          ExportFiles.json(folder.resolve("open_clip_config.json"), config);
          weights(folder.resolve("open_clip_model.safetensors"), rules, loaded);
          ExportFiles.tokenizer(folder, loaded);
          ExportFiles.papers(folder, loaded.folder());
        });
    return Exported.of(
        "open_clip",
        out,
        rules.size(),
        OptionalInt.empty(),
        leftOut(writer, loaded),
        "open_clip.create_model_and_transforms('local-dir:" + out + "')");
  }

  private static void weights(Path file, List<TensorRule> rules, LoadedModel loaded)
      throws IOException {
    ParameterMap parameters = loaded.model().parameters();
    try (var _ = new StepScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      rules.forEach(
          rule -> tensors.put(rule.theirs(), rule.toTheirs(name -> parameters.get(name).detach())));
      Safetensors.write(file, tensors, Map.of("format", "pt"));
    }
  }

  private static List<Exported.LeftOut> leftOut(OpenClipConfigWriter writer, LoadedModel loaded) {
    List<Exported.LeftOut> left = new ArrayList<>();
    if (loaded.config().interaction() != Interaction.GLOBAL) {
      left.add(
          new Exported.LeftOut(
              "late interaction",
              "open_clip compares [CLS] with [EOS] only; compat/filip_in_open_clip.py does it"));
    }
    TextBehaviour behaviour = loaded.config().textBehaviour();
    if (!writer.builtIn() && behaviour != TextBehaviour.OPEN_CLIP_HF) {
      left.add(
          new Exported.LeftOut(
              "text cleaning",
              "open_clip reads any tokenizer of a folder as open_clip_hf (its repairs, then"
                  + " transformers' cleaning), not "
                  + Said.word(behaviour)));
    }
    return left;
  }
}
