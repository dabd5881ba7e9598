package dev.filip.folder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.TextPooling;
import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The files of a model folder, a Hugging Face CLIP folder whose config has one more block, {@code
 * filip}: read and checked without a native library. A damaged or foreign folder is {@link
 * BadInput} in one line. Stateless.
 */
public final class ModelFiles {
  public static final String CONFIG = "config.json";
  public static final String WEIGHTS = "model.safetensors";
  public static final String PREPROCESSOR = "preprocessor_config.json";
  private static final int NAMED = 5;

  /** Weights of other programs that may lie in a folder without {@link #WEIGHTS}. */
  private static final List<String> FOREIGN =
      List.of(
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "open_clip_model.safetensors",
          "open_clip_pytorch_model.bin");

  private ModelFiles() {}

  /** A folder's tokenizer, with the text cleaning that the model follows. */
  public static BpeTokenizer tokenizer(Path folder, ModelConfig config) {
    BpeTokenizer tokenizer = BpeTokenizer.load(folder, config.textBehaviour());
    fits(folder, config, tokenizer);
    poolsAtEos(folder, tokenizer);
    return tokenizer;
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

  /** The weights' file; other kinds of weights are named, not read. */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  public static SafetensorsFile weights(Path folder) {
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
    return SafetensorsFile.open(weights);
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

  /** {@code config.json} as it lies there. */
  public static JsonNode config(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BadInput("model " + folder + " is not a folder");
    }
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw new BadInput("model " + folder + " has no " + CONFIG + ": is it a model folder?");
    }
    return Json.readObject(folder.resolve(CONFIG));
  }

  /** Refuses weights that lack a tensor of the config, have more, or others. */
  public static void check(Path file, Map<String, TensorInfo> found, ModelConfig config) {
    Map<String, long[]> wanted = Layout.of(config);
    List<String> missing = new ArrayList<>();
    List<String> odd = new ArrayList<>();
    wanted.forEach((name, shape) -> {
      TensorInfo info = found.get(name);
      if (info == null) {
        missing.add(name);
      } else if (!Arrays.equals(info.shape(), shape)) {
        odd.add(name + " " + Arrays.toString(info.shape()) + " not " + Arrays.toString(shape));
      } else if (!info.dtype().floating()) {
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

  private static void report(List<String> problems, String what, List<String> names) {
    if (!names.isEmpty()) {
      String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
      problems.add(
          what + " " + String.join(", ", names.subList(0, Math.min(NAMED, names.size()))) + more);
    }
  }
}
