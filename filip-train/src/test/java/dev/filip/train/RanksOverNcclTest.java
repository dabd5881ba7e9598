package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.RunConfig;
import dev.filip.distributed.ThreadRanks;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of two ranks over an NCCL that is played: the bits of those over Gloo. */
class RanksOverNcclTest {
  private static final TrainOptions EVERY_STEP = logging(line -> {});

  @TempDir Path temp;

  private static TrainOptions logging(Consumer<String> log) {
    return new TrainOptions(TrainOptions.Existing.REFUSE, 1, null, List.of(), log);
  }

  @AfterEach
  void plain() {
    System.clearProperty(SessionBuilder.LOSS_AS_ON_A_DEVICE);
  }

  private static TrainResult train(RunConfig config, Path out, boolean nccl) {
    ThreadRanks.Body<TrainResult> body =
        ranks -> Trainer.run(config, out, EVERY_STEP, new TinyData(), ranks);
    return (nccl ? ThreadRanks.runOverNccl(2, body) : ThreadRanks.run(2, body)).getFirst();
  }

  private static List<Double> losses(Path out) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
      losses.add(Json.parse(line).path("loss").asDouble());
    }
    return losses;
  }

  /** The losses are a GPU's, which gather tensors on the device. */
  @ParameterizedTest
  @ValueSource(strings = {"distributed.overlap=always", "distributed.overlap=never"})
  void theSameLossesAndWeights(String overlap) throws IOException {
    System.setProperty(SessionBuilder.LOSS_AS_ON_A_DEVICE, "true");
    RunConfig config = TinyData.config("both", 6, "batch=12", "checkpoint.every=3", overlap);
    Path gloo = temp.resolve("gloo");
    Path nccl = temp.resolve("nccl");
    train(config, gloo, false);
    train(config, nccl, true);
    assertThat(losses(nccl)).hasSize(6).isEqualTo(losses(gloo));
    assertThat(nccl.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(gloo.resolve("model/model.safetensors"));
  }

  @Test
  void theRunSaysOnceWhatJoinsItsRanks() {
    List<String> log = new ArrayList<>();
    RunConfig config = TinyData.config("late", 1, "batch=12");
    ThreadRanks.runOverNccl(
        2,
        ranks ->
            Trainer.run(
                config,
                temp.resolve("run"),
                ranks.isFirst() ? logging(log::add) : TrainOptions.QUIET,
                new TinyData(),
                ranks));
    assertThat(log)
        .containsOnlyOnce(
            "ranks: NCCL 2.32.3 between GPUs; unproven on several GPUs (docs/GPU.md)");
  }
}
