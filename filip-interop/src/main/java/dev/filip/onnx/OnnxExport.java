package dev.filip.onnx;

import dev.filip.checkpoint.LoadedModel;
import dev.filip.config.ModelConfig;
import dev.filip.model.FilipModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes both towers of a model as {@code image.onnx} and {@code text.onnx} (docs/WEIGHTS.md): fp32
 * weights inside, or in {@code *.onnx.data} beside a file that would pass 2 GB. Computes nothing,
 * and changes nothing in the model.
 */
public final class OnnxExport {
  /** The operator set of the files. */
  public static final int OPSET = OnnxFile.OPSET;

  private OnnxExport() {}

  /**
   * What was written.
   *
   * @param image constants of the image tower's graph
   * @param text constants of the text tower's graph
   * @param outside whether one has its weights in a file beside
   */
  public record Written(int image, int text, boolean outside) {}

  /** Writes the two files into an existing folder. */
  public static Written write(Path folder, LoadedModel loaded) throws IOException {
    return write(folder, loaded.model(), OnnxFile.INSIDE);
  }

  static Written write(Path folder, FilipModel model, long limit) throws IOException {
    OnnxGraph image = ImageGraph.of(model.config(), model.parameters());
    OnnxGraph text = TextGraph.of(model.config(), model.parameters());
    Map<String, String> properties = properties(model);
    boolean one = new OnnxFile(image, properties).write(folder.resolve("image.onnx"), limit);
    boolean two = new OnnxFile(text, properties).write(folder.resolve("text.onnx"), limit);
    return new Written(image.tensors().size(), text.tensors().size(), one || two);
  }

  /** {@code metadata_props}: what a user of the files must know and the graphs cannot say. */
  private static Map<String, String> properties(FilipModel model) {
    ModelConfig config = model.config();
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("interaction", word(config.interaction()));
    properties.put("cls", Boolean.toString(config.cls()));
    properties.put("logit_scale", Double.toString(Math.exp(model.logScale())));
    properties.put("image_activation", word(config.vision().blocks().activation()));
    properties.put("text_activation", word(config.text().blocks().activation()));
    properties.put("text", word(config.textBehaviour()));
    properties.put("pixels", word(config.pixelBehaviour()));
    properties.put("context", Integer.toString(config.text().context()));
    properties.put("image_size", Integer.toString(config.vision().imageSize()));
    return properties;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
