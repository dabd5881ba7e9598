package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.Interaction;
import dev.filip.config.OptimizerConfig;
import dev.filip.config.OptimizerConfig.Betas;
import dev.filip.config.OptimizerConfig.Name;
import dev.filip.config.RunConfigReader;
import dev.filip.data.BatchFeed;
import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import dev.filip.distributed.Communicator;
import dev.filip.io.Json;
import dev.filip.loss.LossPlan;
import dev.filip.model.FilipModel;
import dev.filip.optim.AdamW;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.Lamb;
import dev.filip.optim.Optimizer;
import dev.filip.optim.ParameterGroups;
import dev.filip.tensor.Compute;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.DeviceWatch;
import dev.filip.tensor.LossScale;
import dev.filip.tensor.Natives;
import dev.filip.tensor.Precision;
import dev.filip.tensor.StepScope;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole steps on a device without numbers, images sent as bytes a step ahead, every operator looked
 * at on the loop's and the tower's thread: all of it stays there, one copy comes back in a logged
 * step and none in others.
 */
class StepPlacementTest {
  private static final int SIDE = 8;

  @BeforeAll
  static void natives() {
    Natives.load();
    assumeTrue(DeviceWatch.works(), "libtorch's dispatcher cannot be looked into here");
  }

  /** Images of bytes, in two rows each; whoever asks for their size is watched from then on. */
  private record Bytes(int size, @Nullable DeviceWatch watch) implements Pixels, Pixels.Bytes {
    @Override
    public int each() {
      if (watch != null) {
        watch.join();
      }
      return 3 * SIDE * SIDE;
    }

    @Override
    public boolean repeats(int i) {
      return i % 2 == 1;
    }

    @Override
    public Optional<Pixels.Bytes> bytes() {
      return Optional.of(this);
    }

    @Override
    public float[] table() {
      return new float[768];
    }

    @Override
    public void write(int from, int count, MemorySegment to) {
      to.fill((byte) from);
    }
  }

  private record Feed(DeviceWatch watch) implements BatchFeed {
    @Override
    public TrainBatch next() {
      TrainBatch pairs = TinyPairs.batch();
      List<String> keys =
          IntStream.range(0, TinyPairs.COUNT).mapToObj(i -> "image " + i / 2).toList();
      return new TrainBatch(new Bytes(TinyPairs.COUNT, watch), pairs.tokens(), List.of(), keys);
    }

    @Override
    public JsonNode cursor() {
      return Json.object();
    }

    @Override
    public String leftOut() {
      return "";
    }

    @Override
    public void close() {}
  }

  private static LossPlan plan(Interaction kind, Compute compute, String more) {
    var config =
        RunConfigReader.parse(
            "model: vit-tiny-84\ndata: {train: none}\nloss: {" + more + "}\n",
            "loss.yaml",
            List.of("interaction=" + kind.name().toLowerCase(Locale.ROOT)));
    return new LossPlan(config.loss(), kind, 1, compute, 8, 1, Communicator.Alone.INSTANCE);
  }

  private static Optimizer optimizer(Name name, FlatParameters flat) {
    OptimizerConfig settings =
        new OptimizerConfig(name, 1, 0.05, new Betas(0.9, 0.98), 1e-6, 0, false);
    return name == Name.LAMB ? new Lamb(flat, settings) : new AdamW(flat, settings);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LATE | FP32 | ADAMW | 0 | 1 | false | feature_precision: fp32",
        "LATE | BF16 | ADAMW | 0 | 1 | false | z_loss: 0.1",
        "LATE | BF16 | LAMB | 3 | 1 | false | positives: all",
        "BOTH | BF16 | LAMB | 0 | 0 | true | keep_tokens: 0.5, keep_after: 0, keep_at_least: 1",
        "LATE | FP16 | ADAMW | 3 | 1 | false | positives: all",
        "GLOBAL | FP16 | LAMB | 0 | 0 | false | z_loss: 0.1",
      })
  void oneCopyComesBackInALoggedStepAndNoneInOthers(
      Interaction kind,
      Precision precision,
      Name name,
      int micro,
      double clip,
      boolean checkpointing,
      String more)
      throws IOException {
    Compute compute = new Compute(precision, ComputeDevice.META);
    boolean scaled = LossScale.needed(precision);
    Stage.Clock clock = new Stage.Clock();
    try (var _ = new StepScope();
        FilipModel plain = FilipModel.create(TinyPairs.model(kind), 1);
        FilipModel model = plain.with(compute, checkpointing);
        FlatParameters flat =
            new FlatParameters(model.parameters().map(), ParameterGroups.paper());
        Optimizer optimizer = optimizer(name, flat);
        LossPlan loss = plan(kind, compute, more);
        DeviceWatch watch = new DeviceWatch();
        BatchQueue batches = BatchQueue.ahead(new Feed(watch), compute, SIDE);
        Towers towers =
            new Towers(
                model,
                flat,
                new Parallelism(1, 1),
                new Towers.Activations(micro, checkpointing, 8),
                GradientSum.alone(flat))) {
      TrainStep step =
          new TrainStep(
              towers,
              flat,
              optimizer,
              new TrainStep.Bounds(clip, 100),
              scaled ? new LossScale() : null);
      AtomicInteger seen = new AtomicInteger();
      for (boolean logged : new boolean[] {false, true}) {
        TrainBatch batch = batches.take();
        TrainStep.Outcome outcome =
            watch.of(() ->
                step.run(
                    batch,
                    loss.at(1),
                    loss.positives(batch.keys(), batch.pixels()::repeats),
                    1e-3,
                    logged,
                    clock,
                    batches::fetch));
        assertThat(watch.mistakes()).isEmpty();
        int copies = scaled ? logged ? 2 : 1 : logged ? 1 : 0;
        assertThat(watch.reads())
            .hasSize(seen.addAndGet(copies))
            .allMatch("aten::_to_copy"::equals);
        assertThat(outcome.known()).isEqualTo(logged || scaled);
        assertThat(outcome.finite()).isTrue();
      }
      assertThat(optimizer.steps()).isEqualTo(2);
      assertThat(watch.calls())
          .containsKeys("aten::embedding", "aten::scaled_dot_product_attention")
          .containsKey(name == Name.LAMB ? "aten::_foreach_norm.Scalar" : "aten::_fused_adamw_");
    }
  }
}
