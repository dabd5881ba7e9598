package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfig.ModelChoice;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.distributed.Ranks;
import dev.filip.folder.ModelFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.loss.FeaturePrecision;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Devices;
import dev.filip.tensor.PrecisionChooser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The arithmetic of a run: of its towers, and of the features its loss sees. What a config leaves
 * to {@code auto} is chosen once, by the first rank for all; from then on the run's config says it,
 * so that the run goes on in it wherever, and however long after, it is resumed.
 */
record Arithmetic(PrecisionChoice towers, PrecisionChoice features) {
  private static final String AUTO = PrecisionChoice.AUTO.word();
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Chooses by a machine. */
  interface Chooser {
    PrecisionChooser.Chosen towers(PrecisionChoice asked, ComputeDevice device, ModelConfig model);

    FeaturePrecision.Chosen features(PrecisionChoice asked, Compute towers, int width, int ranks);
  }

  /** This machine's rules. */
  private enum Here implements Chooser {
    MACHINE;

    @Override
    public PrecisionChooser.Chosen towers(
        PrecisionChoice asked, ComputeDevice device, ModelConfig model) {
      return PrecisionChooser.choose(asked, device, model);
    }

    @Override
    public FeaturePrecision.Chosen features(
        PrecisionChoice asked, Compute towers, int width, int ranks) {
      return FeaturePrecision.choose(asked.word(), towers, width, ranks);
    }
  }

  /** Of a run from its first step; the reasons are said. All ranks together. */
  static Arithmetic choose(RunConfig config, Ranks ranks, Consumer<String> log) {
    return choose(config, ranks, log, Here.MACHINE);
  }

  static Arithmetic choose(RunConfig config, Ranks ranks, Consumer<String> log, Chooser chooser) {
    String own = ranks.isFirst() ? Json.line(own(config, ranks, log, chooser).toJson()) : "";
    return of(Json.parse(ranks.notes("arithmetic", own, PATIENCE)[0]));
  }

  private static Arithmetic own(
      RunConfig config, Ranks ranks, Consumer<String> log, Chooser chooser) {
    ModelConfig model =
        config.model() instanceof ModelChoice.Folder(String path, _)
            ? ModelFiles.readConfig(Path.of(path))
            : config.newModel().orElseThrow();
    ComputeDevice device = Devices.choose(config.device()).device();
    PrecisionChooser.Chosen towers = chooser.towers(config.precision(), device, model);
    log.accept(towers.why());
    FeaturePrecision.Chosen features =
        chooser.features(
            config.loss().featurePrecision(),
            new Compute(towers.precision(), device),
            model.embedDim(),
            ranks.world());
    log.accept(features.why());
    return new Arithmetic(word(towers.precision().word()), word(features.precision().word()));
  }

  /**
   * Of a run that a checkpoint was taken of. One from before the config said it tells the towers'
   * arithmetic in its state, that of the features in its model folder.
   */
  static Arithmetic of(Path checkpoint) {
    RunState state = RunState.read(checkpoint.resolve("state.json"));
    JsonNode config = state.config();
    JsonNode trained =
        Json.read(checkpoint.resolve("model").resolve("config.json")).path("filip").path("trained");
    String towers = config.path("precision").asText(AUTO);
    String features = config.path("loss").path("feature_precision").asText(AUTO);
    return new Arithmetic(
        word(towers.equals(AUTO) ? state.precision() : towers),
        word(features.equals(AUTO) ? trained.path("feature_precision").asText("fp32") : features));
  }

  private static Arithmetic of(JsonNode json) {
    return new Arithmetic(word(json.path("towers").asText()), word(json.path("features").asText()));
  }

  private ObjectNode toJson() {
    return Json.object().put("towers", towers.word()).put("features", features.word());
  }

  private static PrecisionChoice word(String word) {
    for (PrecisionChoice choice : PrecisionChoice.values()) {
      if (choice.word().equals(word)) {
        return choice;
      }
    }
    throw BadInput.of("precision", word, "fp32, bf16 or fp16");
  }

  /** A config with this in place of {@code auto}. */
  RunConfig in(RunConfig config) {
    return config.with(
        filled(config.precision(), towers), filled(config.loss().featurePrecision(), features));
  }

  private static PrecisionChoice filled(PrecisionChoice asked, PrecisionChoice chosen) {
    return asked == PrecisionChoice.AUTO ? chosen : asked;
  }

  /** A canonical config with this in place of {@code auto}; the one given is left alone. */
  JsonNode in(JsonNode config) {
    JsonNode filled = config.deepCopy();
    fill(filled, "precision", towers);
    fill(filled.path("loss"), "feature_precision", features);
    return filled;
  }

  private static void fill(JsonNode map, String key, PrecisionChoice chosen) {
    if (map instanceof ObjectNode object && object.path(key).asText().equals(AUTO)) {
      object.put(key, chosen.word());
    }
  }

  /** One line for a run that goes on. */
  String goesOn() {
    return "precision "
        + towers.word()
        + ", features "
        + features.word()
        + ": as the run has had so far";
  }
}
