package dev.filip.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.TextBehaviour;
import dev.filip.config.TextConfig;
import dev.filip.config.TextPooling;
import dev.filip.config.VisionConfig;
import dev.filip.io.BadInput;
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
                  + ImportOptions.Said.word(behaviour)));
    }
    return left;
  }

  /**
   * {@code model_cfg} of {@code open_clip_config.json}: the keys of open_clip 3.3's {@code
   * CLIPVisionCfg} and {@code CLIPTextCfg}. What is open_clip's default is left out where
   * open_clip's own files leave it out.
   */
  static final class OpenClipConfigWriter {
    private static final double CLIP_RATIO = 4;
    private static final double CLIP_EPS = 1e-5;
    private final ModelConfig config;
    private final BpeTokenizer tokenizer;

    OpenClipConfigWriter(ModelConfig config, BpeTokenizer tokenizer) {
      this.config = config;
      this.tokenizer = tokenizer;
    }

    /** What open_clip cannot be told is {@link BadInput}. */
    ObjectNode modelConfig() {
      boolean quick = quick(config.vision().blocks());
      BadInput.require(
          quick == quick(config.text().blocks()),
          "open_clip: the text tower's activation",
          config.text().blocks().activation(),
          "QuickGELU in both towers or in none (open_clip has one switch for both)");
      ObjectNode root = Json.object().put("embed_dim", config.embedDim());
      if (quick) {
        root.put("quick_gelu", true);
      }
      root.set("vision_cfg", vision(config.vision()));
      root.set("text_cfg", text(config.text()));
      return root;
    }

    private static boolean quick(BlockForm form) {
      return form.activation() == Activation.QUICK_GELU;
    }

    private static ObjectNode vision(VisionConfig sizes) {
      ObjectNode node = Json.object();
      node.put("image_size", sizes.imageSize()).put("layers", sizes.layers());
      node.put("width", sizes.width()).put("head_width", sizes.width() / sizes.heads());
      node.put("patch_size", sizes.patchSize());
      form(node, sizes.width(), sizes.blocks());
      return node;
    }

    private ObjectNode text(TextConfig sizes) {
      ObjectNode node = Json.object();
      node.put("context_length", sizes.context()).put("vocab_size", sizes.vocabularySize());
      node.put("width", sizes.width()).put("heads", sizes.heads()).put("layers", sizes.layers());
      form(node, sizes.width(), sizes.blocks());
      if (!builtIn()) {
        // any text: with local-dir: open_clip reads the tokenizer from the folder itself
        node.put("hf_tokenizer_name", ".");
      }
      if (tokenizer.eos() != tokenizer.size() - 1 && sizes.pooling() == TextPooling.EOS) {
        // open_clip's default takes the largest id of a text for its end
        node.put("pool_type", "eos").put("eos_id", tokenizer.eos());
      }
      return node;
    }

    /** Whether open_clip's own SimpleTokenizer gives the same ids. */
    boolean builtIn() {
      return tokenizer.isClips() && tokenizer.behaviour() == TextBehaviour.OPEN_CLIP;
    }

    private static void form(ObjectNode node, int width, BlockForm form) {
      double ratio = ratio(width, form.intermediateSize());
      if (ratio != CLIP_RATIO) {
        node.put("mlp_ratio", ratio);
      }
      if (form.layerNormEps() != CLIP_EPS) {
        node.putObject("norm_kwargs").put("eps", form.layerNormEps());
      }
      if (form.activation() == Activation.GELU_PYTORCH_TANH) {
        node.putObject("act_kwargs").put("approximate", "tanh");
      }
    }

    /** A number whose product with {@code width}, cut to a whole number, is {@code inner}. */
    static double ratio(int width, int inner) {
      double ratio = (double) inner / width;
      return (int) (width * ratio) == inner ? ratio : Math.nextUp(ratio);
    }
  }
}
