package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.config.RunConfigReader;
import dev.filip.distributed.Ranks;
import dev.filip.distributed.ThreadRanks;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.loss.FeaturePrecision;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Precision;
import dev.filip.tensor.PrecisionChooser;
import dev.filip.train.TrainOptions.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArithmeticTest {
  private static final String AUTO = "precision=auto";

  @TempDir Path temp;

  /** A machine that has been measured. */
  private record Faked(Precision towersOf, FeaturePrecision featuresOf)
      implements Arithmetic.Chooser {
    @Override
    public PrecisionChooser.Chosen towers(
        PrecisionChoice asked, ComputeDevice device, ModelConfig model) {
      return new PrecisionChooser.Chosen(towersOf, "towers so");
    }

    @Override
    public FeaturePrecision.Chosen features(
        PrecisionChoice asked, Compute towers, int width, int ranks) {
      assertThat(towers.precision()).isEqualTo(towersOf);
      assertThat(width).isEqualTo(8);
      return new FeaturePrecision.Chosen(featuresOf, "features so for " + ranks);
    }
  }

  @ParameterizedTest
  @CsvSource({"FP32, FP32", "BF16, FP32", "BF16, BF16", "FP32, BF16"})
  void whatIsMeasuredIsInTheConfig(Precision towers, FeaturePrecision features) {
    List<String> said = new ArrayList<>();
    RunConfig config = TinyData.config("late", 2, AUTO);
    Arithmetic chosen;
    try (Ranks alone = Ranks.alone()) {
      chosen = Arithmetic.choose(config, alone, said::add, new Faked(towers, features));
    }
    RunConfig whole = chosen.in(config);
    assertThat(whole.precision().word()).isEqualTo(towers.word());
    assertThat(whole.loss().featurePrecision().word()).isEqualTo(features.word());
    assertThat(whole.with(PrecisionChoice.AUTO, PrecisionChoice.AUTO)).isEqualTo(config);
    assertThat(said).containsExactly("towers so", "features so for 1");
  }

  @Test
  void theFirstRankChoosesForAll() {
    RunConfig config = TinyData.config("late", 2, AUTO);
    List<Arithmetic> chosen =
        ThreadRanks.run(
            3,
            ranks ->
                Arithmetic.choose(
                    config,
                    ranks,
                    line -> {},
                    ranks.isFirst()
                        ? new Faked(Precision.BF16, FeaturePrecision.BF16)
                        : new Faked(Precision.FP32, FeaturePrecision.FP32)));
    assertThat(chosen)
        .containsOnly(new Arithmetic(PrecisionChoice.BF16, PrecisionChoice.BF16))
        .hasSize(3);
  }

  @Test
  void aRunWritesWhatItChose() {
    Path out = temp.resolve("run");
    RunConfig config = TinyData.config("late", 2, AUTO, "checkpoint.every=1");
    Trainer.run(config, out, TrainOptions.QUIET, new TinyData());
    RunConfig written = RunConfigReader.read(out.resolve("config.yaml"), List.of());
    // this narrow model has nothing from bf16 on any CPU
    assertThat(written.precision()).isEqualTo(PrecisionChoice.FP32);
    assertThat(written.loss().featurePrecision()).isEqualTo(PrecisionChoice.FP32);
    JsonNode kept = Json.read(state(out, 2)).path("config");
    assertThat(kept.path("precision").asText()).isEqualTo("fp32");
    assertThat(kept.path("loss").path("feature_precision").asText()).isEqualTo("fp32");
  }

  private static Path state(Path out, int step) {
    return out.resolve("checkpoints/step-%06d/state.json".formatted(step));
  }

  /** As runs wrote it before their config said what {@code auto} came to. */
  private Path old(String towers, String features) throws IOException {
    Path out = temp.resolve("old");
    RunConfig asked =
        TinyData.config(
            "late",
            4,
            "precision=" + towers,
            "loss.feature_precision=" + features,
            "checkpoint.every=2");
    TrainListener bomb =
        new TrainListener() {
          @Override
          public void onStep(long step, double loss, double speed) {
            if (step == 3) {
              throw new IllegalStateException("killed");
            }
          }
        };
    assertThatThrownBy(() ->
            Trainer.run(
                asked,
                out,
                new TrainOptions(Existing.REFUSE, 1, null, List.of(bomb), line -> {}),
                new TinyData()))
        .hasMessage("killed");
    ObjectNode state = (ObjectNode) Json.read(state(out, 2));
    state.remove("checksums");
    Files.delete(state(out, 2).resolveSibling(Checksums.FILE));
    ((ObjectNode) state.path("config")).put("precision", "auto");
    ((ObjectNode) state.path("config").path("loss")).put("feature_precision", "auto");
    Files.writeString(state(out, 2), Json.pretty(state));
    return out;
  }

  private static TrainResult resume(Path out, List<String> said, String... sets) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.add("checkpoint.every=2");
    return Trainer.run(
        TinyData.config("late", 4, all.toArray(String[]::new)),
        out,
        new TrainOptions(Existing.RESUME, 1, null, List.of(), said::add),
        new TinyData());
  }

  @Test
  void aRunFromBeforeGoesOnInItsArithmetic() throws IOException {
    Path out = old("bf16", "bf16"); // as no rule would choose for this model
    List<String> said = new ArrayList<>();
    assertThat(resume(out, said, AUTO).steps()).isEqualTo(4);
    assertThat(said).contains("precision bf16, features bf16: as the run has had so far");
    JsonNode state = Json.read(state(out, 4));
    assertThat(state.path("precision").asText()).isEqualTo("bf16");
    assertThat(state.path("config").path("precision").asText()).isEqualTo("bf16");
    assertThat(state.path("config").path("loss").path("feature_precision").asText())
        .isEqualTo("bf16");
    JsonNode trained = Json.read(out.resolve("model/config.json")).path("filip").path("trained");
    assertThat(trained.path("feature_precision").asText()).isEqualTo("bf16");
  }

  @Test
  void anotherArithmeticIsAnotherRun() throws IOException {
    Path out = old("bf16", "fp32");
    assertThatThrownBy(() -> resume(out, new ArrayList<>(), "precision=fp32"))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("config key precision differs from the run in ");
    assertThatThrownBy(() -> resume(out, new ArrayList<>(), AUTO, "loss.feature_precision=bf16"))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("config key loss.feature_precision differs from the run in ");
    assertThat(resume(out, new ArrayList<>(), "precision=bf16").steps()).isEqualTo(4);
  }
}
