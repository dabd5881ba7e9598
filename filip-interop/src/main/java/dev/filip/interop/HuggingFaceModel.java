package dev.filip.interop;

import dev.filip.config.ModelConfig;
import dev.filip.folder.Layout;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** A Hugging Face CLIP folder, also sharded or as {@code pytorch_model.bin}. */
record HuggingFaceModel(Path folder, String kind, WeightSet weights) implements ForeignModel {
  private static final String WHOLE = "model.safetensors";
  private static final String BIN = "pytorch_model.bin";
  private static final String PIXELS = "preprocessor_config.json";

  /** Whether the folder is one. */
  static boolean is(Path folder) {
    return Files.exists(folder.resolve("config.json"))
        && List.of(WHOLE, WHOLE + ".index.json", BIN, BIN + ".index.json").stream()
            .anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  /** Opens the weights: safetensors before pickles, one file before several. */
  static HuggingFaceModel open(Path folder, ImportOptions options) {
    if (options.average()) {
      throw new BadInput("--ema: a Hugging Face folder has no moving average: " + folder);
    }
    for (String name : List.of(WHOLE, BIN)) {
      Path one = folder.resolve(name);
      Path index = folder.resolve(name + ".index.json");
      if (Files.exists(one)) {
        return of(folder, name, "", List.of(one), options);
      } else if (Files.exists(index)) {
        List<Path> shards = shards(folder, index);
        return of(folder, name, " in " + shards.size() + " shards", shards, options);
      }
    }
    throw new BadInput(folder + ": there are no weights");
  }

  private static HuggingFaceModel of(
      Path folder, String name, String shards, List<Path> files, ImportOptions options) {
    boolean pickled = name.equals(BIN);
    WeightSet weights =
        pickled ? WeightSet.ofTorch(files, options.choice()) : WeightSet.ofSafetensors(files);
    String kind = "Hugging Face folder (" + (pickled ? "pickle" : "safetensors") + shards + ")";
    return new HuggingFaceModel(folder, kind, weights);
  }

  private static List<Path> shards(Path folder, Path index) {
    TreeSet<String> names = new TreeSet<>();
    Json.readObject(index).path("weight_map").forEach(file -> names.add(file.asText()));
    for (String name : names) {
      if (!Path.of(name).equals(Path.of(name).getFileName())) {
        throw new BadInput(index + ": weight_map names " + name + ", which is no file beside it");
      }
    }
    if (names.isEmpty()) {
      throw new BadInput(index + ": weight_map is missing or empty");
    }
    return names.stream().map(folder::resolve).toList();
  }

  @Override
  public ImportPlan plan(ImportOptions options) {
    ModelConfig config = ModelFiles.readConfig(folder);
    ImportOptions.Said.agrees(
        folder, "--activation", options.activation(), config.vision().blocks().activation());
    ImportOptions.Said.agrees(
        folder, "--vision-heads", options.visionHeads(), config.vision().heads());
    ImportOptions.Said.agrees(folder, "--text-heads", options.textHeads(), config.text().heads());
    List<TensorRule> rules =
        Layout.of(config).keySet().stream().map(name -> TensorRule.same(name, name)).toList();
    Map<String, String> leftOut = new LinkedHashMap<>();
    for (String name : weights.names()) {
      if (name.endsWith(".position_ids")) {
        leftOut.put(name, LeftOut.POSITIONS);
      }
    }
    return new ImportPlan(
        config,
        rules,
        List.of(),
        leftOut,
        config.interaction(),
        Optional.of(folder),
        ImportPlan.Pooling.EOS,
        pixels(options, config.vision().imageSize()),
        options.pixels().stream()
            .map(given -> "no preprocessor_config.json: --pixels " + given)
            .toList());
  }

  /** What the folder says, or the user where it does not. */
  PixelSource pixels(ImportOptions options, int size) {
    Path own = folder.resolve(PIXELS);
    if (Files.exists(own)) {
      return new PixelSource.Carried(Json.readObject(own));
    }
    String given =
        options
            .pixels()
            .orElseThrow(() ->
                new BadInput(
                    folder
                        + " has no "
                        + PIXELS
                        + ", which says how pixels are made: give --pixels clip, --pixels siglip"
                        + " or --pixels with such a file"));
    return switch (given) {
      case "clip" -> new PixelSource.Clip(size);
      case "siglip" -> new PixelSource.Siglip(size);
      default -> new PixelSource.Carried(Json.readObject(Path.of(given)));
    };
  }

  @Override
  public boolean saysItsPixels() {
    return Files.exists(folder.resolve(PIXELS));
  }

  @Override
  public void agrees(ImportOptions options, BpeTokenizer tokenizer) {
    ModelFiles.poolsAtEos(folder, tokenizer);
  }
}
