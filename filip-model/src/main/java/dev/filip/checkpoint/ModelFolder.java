package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.TextPooling;
import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.model.FilipModel;
import dev.filip.model.Layout;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model folder: a Hugging Face CLIP folder ({@code config.json}, {@code model.safetensors},
 * tokenizer files, {@code preprocessor_config.json}) whose config has one more block, {@code
 * filip}.
 */
public final class ModelFolder {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";
  static final String PREPROCESSOR = "preprocessor_config.json";
  private static final int NAMED = 5;

  /** Weights of other programs that may lie in a folder without {@link #WEIGHTS}. */
  private static final List<String> FOREIGN =
      List.of(
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "open_clip_model.safetensors",
          "open_clip_pytorch_model.bin");

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
    text(folder.resolve(CONFIG), Json.pretty(config));
    text(folder.resolve(PREPROCESSOR), Json.pretty(preprocessor));
    tokenizer.save(folder, model.config().text().context());
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Map<String, Tensor> merged = model.parameters().merged();
      Safetensors.write(folder.resolve(WEIGHTS), merged, Map.of("format", "pt"));
    }
  }

  /**
   * Refuses a tokenizer whose [EOS] is not where transformers, by the folder's config, pools texts.
   */
  public static void poolsAtEos(Path folder, BpeTokenizer tokenizer) {
    Path file = folder.resolve(CONFIG);
    int eos = ConfigJson.eos(file.toString(), config(folder));
    if (eos != tokenizer.eos() && eos != ConfigJson.POOLED_AT_LARGEST) {
      throw new BadInput(
          file
              + ": text_config.eos_token_id must be "
              + tokenizer.eos()
              + ", the id of its tokenizer's [EOS], or 2 (texts are pooled at their largest id), got "
              + eos);
    }
  }

  /**
   * Refuses a tokenizer with more entries than the model has rows, or whose [EOS] has the id that
   * means another pooling to transformers.
   */
  public static void fits(Path folder, ModelConfig config, BpeTokenizer tokenizer) {
    if (tokenizer.size() > config.text().vocabularySize()) {
      throw new BadInput(
          folder
              + ": the tokenizer has "
              + tokenizer.size()
              + " entries, the model only "
              + config.text().vocabularySize());
    }
    if (tokenizer.eos() == ConfigJson.POOLED_AT_LARGEST
        && config.text().pooling() == TextPooling.EOS) {
      throw new BadInput(
          folder
              + ": the tokenizer's [EOS] has id 2, with which transformers pools texts at their"
              + " largest id: model.text.pooling must be largest_id, got eos");
    }
  }

  private static void text(Path file, String text) throws IOException {
    Files.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Reads config and weights; a damaged or foreign folder is {@link BadInput} in one line. */
  public static LoadedModel load(Path folder) {
    Natives.load();
    JsonNode root = config(folder);
    ModelConfig config = ConfigJson.read(folder.resolve(CONFIG).toString(), root);
    Path pixels = folder.resolve(PREPROCESSOR);
    JsonNode preprocessor =
        Files.exists(pixels) ? Json.readObject(pixels) : MissingNode.getInstance();
    Path weights = folder.resolve(WEIGHTS);
    FilipModel model; // the last that can fail: there is nobody yet to free it
    try (Safetensors file = openWeights(folder)) {
      check(weights, file.tensors(), config);
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

  /** The weights' file; other kinds of weights are named, not read. */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  static Safetensors openWeights(Path folder) {
    Path weights = folder.resolve(WEIGHTS);
    if (!Files.exists(weights)) {
      String other =
          FOREIGN.stream()
              .filter(name -> Files.exists(folder.resolve(name)))
              .map(
                  name -> " (" + name + ": bring it in with filip import " + folder + " --out DIR)")
              .findFirst()
              .orElse("");
      throw new BadInput(weights + ": there is no such file" + other);
    }
    return Safetensors.open(weights);
  }

  private static Tensor finite(Path file, String name, Tensor tensor) {
    Tensor full = tensor.to(ScalarType.Float);
    if (!full.isfinite().all().item_bool()) {
      throw new BadInput(file + ": tensor " + name + ": holds numbers that are not finite");
    }
    return full;
  }

  /** Reads only the config of a folder. */
  public static ModelConfig readConfig(Path folder) {
    return ConfigJson.read(folder.resolve(CONFIG).toString(), config(folder));
  }

  /**
   * The same towers with the policies of our block {@code filip}, wherever it was found.
   *
   * @param file named in messages
   * @param block may be missing: what it lacks stays
   */
  public static ModelConfig withPolicies(Path file, JsonNode block, ModelConfig config) {
    return ConfigJson.policies(file.toString(), block, config);
  }

  /** The {@code model_type} of a Hugging Face folder, {@code clip} where nothing is said. */
  public static String modelType(Path folder) {
    return config(folder).path("model_type").asText("clip");
  }

  /** The image tower of a Hugging Face SigLIP folder, of {@code siglip_vision_model} alone, too. */
  public static VisionConfig readSiglip(Path folder) {
    JsonNode root = config(folder);
    String file = folder.resolve(CONFIG).toString();
    String part = "vision_config";
    return root.has(part)
        ? ConfigJson.vision(file, VisionKind.SIGLIP, root.path(part), part)
        : ConfigJson.vision(file, VisionKind.SIGLIP, root, "model");
  }

  static JsonNode config(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BadInput("model " + folder + " is not a folder");
    }
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw new BadInput("model " + folder + " has no " + CONFIG + ": is it a model folder?");
    }
    return Json.readObject(folder.resolve(CONFIG));
  }

  static void check(Path file, Map<String, TensorInfo> found, ModelConfig config) {
    Map<String, long[]> wanted = Layout.of(config);
    List<String> missing = new ArrayList<>();
    List<String> odd = new ArrayList<>();
    wanted.forEach((name, shape) -> {
      TensorInfo info = found.get(name);
      if (info == null) {
        missing.add(name);
      } else if (!Arrays.equals(info.shape(), shape)) {
        odd.add(name + " " + Arrays.toString(info.shape()) + " not " + Arrays.toString(shape));
      } else if (!floating(info.dtype())) {
        odd.add(name + " is " + info.dtype());
      }
    });
    List<String> unexpected =
        found.keySet().stream()
            .filter(name -> !wanted.containsKey(name) && !name.endsWith(".position_ids"))
            .toList();
    String prefix = WrappedNames.prefix(found.keySet());
    if (!prefix.isEmpty() && !missing.isEmpty()) {
      throw new BadInput(
          file
              + ": all names begin with "
              + prefix
              + ", a wrapper's mark (bring it in with filip import "
              + file.getParent()
              + " --out DIR)");
    }
    List<String> problems = new ArrayList<>();
    report(problems, "missing", missing);
    report(problems, "misshaped", odd);
    report(problems, "unexpected", unexpected);
    if (!problems.isEmpty()) {
      throw new BadInput(file + " does not fit its config.json: " + String.join("; ", problems));
    }
  }

  private static boolean floating(Dtype dtype) {
    return switch (dtype) {
      case F64, F32, F16, BF16 -> true;
      default -> false;
    };
  }

  private static void report(List<String> problems, String what, List<String> names) {
    if (!names.isEmpty()) {
      String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
      problems.add(
          what + " " + String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + more);
    }
  }
}
