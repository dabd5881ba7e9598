package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.RunConfig;
import dev.filip.distributed.Ranks;
import dev.filip.tensor.LossScale;
import dev.filip.tensor.Natives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose loss is scaled as for fp16, in fp32, which needs no GPU: the scale begins so large
 * that the first steps overflow and are left out, and grows every {@value #INTERVAL} good ones.
 */
class ScaledRunTest {
  private static final int INTERVAL = 4;
  private static final int STEPS = 20;

  @TempDir Path temp;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  private static RunConfig config() {
    return TinyData.config("late", STEPS, "checkpoint.every=100");
  }

  /** Trains until so many steps were done here, from the newest checkpoint if there is one. */
  private static void run(Path out, int steps) throws IOException {
    RunFolder folder = new RunFolder(out);
    Checkpoints checkpoints = new Checkpoints(folder.checkpoints(), 3);
    Files.createDirectories(out);
    try (Ranks alone = Ranks.alone();
        Session session = session(folder, checkpoints, alone)) {
      AtomicInteger left = new AtomicInteger(steps);
      new TrainLoop(session, TrainOptions.QUIET, List.of(), () -> left.decrementAndGet() == 0)
          .run();
    }
  }

  private static Session session(RunFolder folder, Checkpoints checkpoints, Ranks ranks)
      throws IOException {
    SessionBuilder builder = new SessionBuilder(config(), new TinyData(), line -> {}, ranks);
    var latest = checkpoints.latest();
    if (latest.isEmpty()) {
      return scaled(builder.fresh(folder), new LossScale(1e36, INTERVAL));
    }
    RunState state = RunState.read(latest.get().resolve(RunState.FILE));
    return scaled(
        builder.resumed(folder, latest.get()), new LossScale(state.lossScale(), INTERVAL));
  }

  private static Session scaled(Session s, LossScale scale) {
    return new Session(
        s.config(),
        s.folder(),
        s.trained(),
        s.parallelism(),
        s.towers(),
        s.loss(),
        s.parameters(),
        s.optimizer(),
        s.schedule(),
        s.feed(),
        s.batches(),
        scale,
        s.checkpoints(),
        s.start(),
        s.data(),
        s.shape(),
        s.ranks());
  }

  private static RunState last(Path out) {
    Path latest = new Checkpoints(out.resolve("checkpoints"), 3).latest().orElseThrow();
    return RunState.read(latest.resolve(RunState.FILE));
  }

  /** AdamW corrects its moments by the count of updates, which are fewer than the steps. */
  @Test
  void itGoesOnBitEqualFromWithinAnInterval() throws IOException {
    Path whole = temp.resolve("whole");
    run(whole, STEPS);
    Path parts = temp.resolve("parts");
    run(parts, 6);
    RunState stopped = last(parts);
    assertThat(stopped.step()).isEqualTo(6);
    assertThat(stopped.updates()).isBetween(1L, 5L);
    assertThat(stopped.lossScale().good()).isPositive();
    run(parts, STEPS);
    assertThat(last(parts).lossScale()).isEqualTo(last(whole).lossScale());
    assertThat(last(parts).updates()).isEqualTo(last(whole).updates());
    for (String file : List.of("model/model.safetensors", "optimizer.safetensors")) {
      String at = "checkpoints/step-000020/" + file;
      assertThat(parts.resolve(at)).hasSameBinaryContentAs(whole.resolve(at));
    }
  }
}
