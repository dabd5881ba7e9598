package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Finetune.Lora;
import dev.filip.config.Finetune.Target;
import dev.filip.config.Finetune.Tower;
import dev.filip.config.ModelConfig;
import dev.filip.config.VisionKind;
import dev.filip.folder.ConfigJson;
import dev.filip.io.Json;
import dev.filip.model.FilipModel;
import dev.filip.tensor.GradMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * Adapters by themselves, as Hugging Face's PEFT writes them: {@code adapter_model.safetensors} and
 * {@code adapter_config.json}. Projections that are trained beside the adapters are PEFT's {@code
 * modules_to_save}. The log-scale has no place there.
 */
public final class AdapterFolder {
  private static final String PREFIX = "base_model.model.";
  private static final String PROJECTION = "_projection.weight";

  private AdapterFolder() {}

  /**
   * Writes into a new folder.
   *
   * @param base the model folder that the adapters belong to
   */
  public static void write(Path folder, FilipModel model, Lora lora, String base)
      throws IOException {
    Files.createDirectories(folder);
    Map<String, Tensor> trained = model.parameters().trained();
    Map<String, Tensor> named = new LinkedHashMap<>();
    trained.forEach((name, tensor) -> {
      if (name.contains(".lora_") || name.endsWith(PROJECTION)) {
        named.put(PREFIX + name, tensor);
      }
    });
    try (var _ = GradMode.off()) {
      Safetensors.write(folder.resolve("adapter_model.safetensors"), named, Map.of("format", "pt"));
    }
    List<String> projections =
        trained.keySet().stream()
            .filter(name -> name.endsWith(PROJECTION))
            .map(name -> name.substring(0, name.length() - ".weight".length()))
            .toList();
    Files.write(
        folder.resolve("adapter_config.json"),
        (Json.pretty(config(model.config(), lora, base, projections)) + "\n")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode config(
      ModelConfig model, Lora lora, String base, List<String> projections) {
    ObjectNode json = Json.object().put("peft_type", "LORA").put("base_model_name_or_path", base);
    String type = model.vision().kind() == VisionKind.CLIP ? "clip" : "vision_text_dual_encoder";
    json.putObject("auto_mapping")
        .put("base_model_class", ConfigJson.architecture(model))
        .put("parent_library", "transformers.models." + type + ".modeling_" + type);
    json.put("r", lora.rank());
    if (lora.alpha() == Math.rint(lora.alpha())) {
      json.put("lora_alpha", (long) lora.alpha()); // PEFT's is a whole number; it takes others too
    } else {
      json.put("lora_alpha", lora.alpha());
    }
    json.put("target_modules", targets(lora));
    if (projections.isEmpty()) {
      json.putNull("modules_to_save");
    } else {
      ArrayNode saved = json.putArray("modules_to_save");
      projections.forEach(saved::add);
    }
    return json.put("lora_dropout", 0.0)
        .put("bias", "none")
        .put("fan_in_fan_out", false)
        .put("use_rslora", false)
        .put("use_dora", false)
        .put("init_lora_weights", true)
        .put("inference_mode", true);
  }

  /** A regular expression over module names: a list of last names would meet both towers. */
  private static String targets(Lora lora) {
    String towers =
        lora.towers().stream()
            .map(tower -> tower == Tower.IMAGE ? "vision" : "text")
            .collect(Collectors.joining("|"));
    String modules =
        lora.targets().stream()
            .map(Target::module)
            .map(module -> module.replace(".", "\\."))
            .collect(Collectors.joining("|"));
    return "(" + towers + ")_model\\.encoder\\.layers\\.\\d+\\.(" + modules + ")";
  }
}
