package dev.filip.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.BlockForm;
import dev.filip.config.ModelConfig;
import dev.filip.folder.ModelFiles;
import dev.filip.folder.SafetensorsFile;
import dev.filip.folder.TensorInfo;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a model folder holds, read without loading its weights: for {@code filip model show}.
 *
 * @param parameters numbers per part: {@code image tower}, {@code text tower} (each with its
 *     projection), {@code token embedding} (counted in the text tower, too), {@code total}
 * @param dtypes tensors per number type
 * @param trained provenance, empty where there is none
 */
public record ModelShow(
    Path folder,
    ModelConfig config,
    Map<String, Long> parameters,
    Map<String, Integer> dtypes,
    JsonNode trained,
    List<FileSum> files) {
  /** A file of the folder. */
  public record FileSum(String name, long bytes, String sha256) {}

  /** Reads a folder; a damaged one is {@link BadInput}. */
  public static ModelShow of(Path folder) {
    JsonNode root = ModelFiles.config(folder);
    ModelConfig config = ModelFiles.readConfig(folder);
    Map<String, Long> parameters = new TreeMap<>();
    Map<String, Integer> dtypes = new TreeMap<>();
    try (SafetensorsFile file = ModelFiles.weights(folder)) {
      ModelFiles.check(folder.resolve(ModelFiles.WEIGHTS), file.tensors(), config);
      for (TensorInfo info : file.tensors().values()) {
        dtypes.merge(info.dtype().name(), 1, Integer::sum);
        for (String part : parts(info.name())) {
          parameters.merge(part, info.count(), Long::sum);
        }
      }
    }
    return new ModelShow(
        folder, config, parameters, dtypes, root.path("filip").path("trained"), sums(folder));
  }

  private static List<String> parts(String name) {
    List<String> parts = new ArrayList<>(List.of("total"));
    if (name.startsWith("vision_model.") || name.startsWith("visual_projection.")) {
      parts.add("image tower");
    } else if (name.startsWith("text_")) {
      parts.add("text tower");
    }
    if (name.endsWith("token_embedding.weight")) {
      parts.add("token embedding");
    }
    return parts;
  }

  private static List<FileSum> sums(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<FileSum> sums = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        sums.add(
            new FileSum(file.getFileName().toString(), Files.size(file), Digests.sha256(file)));
      }
      return sums;
    } catch (IOException e) {
      throw new BadInput("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  /** All of it. */
  public ObjectNode toJson() {
    ObjectNode root = Json.object().put("folder", folder.toString());
    root.put("interaction", word(config.interaction()));
    root.put("cls", config.cls());
    root.put("embed_dim", config.embedDim());
    root.put("text", word(config.textBehaviour()));
    root.put("pixels", word(config.pixelBehaviour()));
    root.putObject("vision")
        .put("kind", word(config.vision().kind()))
        .put("image_size", config.vision().imageSize())
        .put("patch_size", config.vision().patchSize())
        .put("patches", config.vision().patches())
        .put("width", config.vision().width())
        .put("layers", config.vision().layers())
        .put("heads", config.vision().heads())
        .put("intermediate_size", config.vision().blocks().intermediateSize())
        .put("activation", word(config.vision().blocks().activation()))
        .put("layer_norm_eps", config.vision().blocks().layerNormEps());
    root.putObject("text_tower")
        .put("width", config.text().width())
        .put("layers", config.text().layers())
        .put("heads", config.text().heads())
        .put("context", config.text().context())
        .put("pooling", word(config.text().pooling()))
        .put("vocabulary", config.text().vocabularySize())
        .put("intermediate_size", config.text().blocks().intermediateSize())
        .put("activation", word(config.text().blocks().activation()))
        .put("layer_norm_eps", config.text().blocks().layerNormEps());
    ObjectNode counts = root.putObject("parameters");
    parameters.forEach((part, count) -> counts.put(part.replace(' ', '_'), count));
    ObjectNode types = root.putObject("dtypes");
    dtypes.forEach(types::put);
    root.set("trained", trained.isObject() ? trained : Json.object());
    ObjectNode all = root.putObject("files");
    for (FileSum file : files) {
      all.putObject(file.name()).put("bytes", file.bytes()).put("sha256", file.sha256());
    }
    return root;
  }

  /** A few lines for people. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    line(text, "model", folder);
    line(text, "interaction", word(config.interaction()) + (config.cls() ? ", with [CLS]" : ""));
    line(
        text,
        "image tower",
        String.format(
            Locale.ROOT,
            "%s, %d px, %d-px patches (%d), width %d, %d layers, %d heads",
            word(config.vision().kind()),
            config.vision().imageSize(),
            config.vision().patchSize(),
            config.vision().patches(),
            config.vision().width(),
            config.vision().layers(),
            config.vision().heads()));
    line(
        text,
        "text tower",
        String.format(
            Locale.ROOT,
            "%d tokens of %d, width %d, %d layers, %d heads",
            config.text().context(),
            config.text().vocabularySize(),
            config.text().width(),
            config.text().layers(),
            config.text().heads()));
    line(text, "shared width", config.embedDim());
    line(text, "image blocks", form(config.vision().blocks()));
    line(text, "text blocks", form(config.text().blocks()));
    line(
        text,
        "follows",
        "text " + word(config.textBehaviour()) + ", pixels " + word(config.pixelBehaviour()));
    parameters.forEach((part, n) -> line(text, part, String.format(Locale.ROOT, "%,d", n)));
    line(text, "tensors", dtypes);
    line(text, "trained", trained.isObject() ? Json.line(trained) : "not said");
    for (FileSum file : files) {
      String bytes = String.format(Locale.ROOT, "%,12d bytes", file.bytes());
      line(text, file.name(), bytes + "  sha256 " + file.sha256());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(String.format(Locale.ROOT, "%-24s %s%n", key, value));
  }

  private static String form(BlockForm blocks) {
    return String.format(
        Locale.ROOT,
        "MLP %d wide, %s, layer norm eps %.0e",
        blocks.intermediateSize(),
        word(blocks.activation()),
        blocks.layerNormEps());
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
