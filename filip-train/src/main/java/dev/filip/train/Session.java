package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.AdapterFolder;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.Finetune;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigWriter;
import dev.filip.data.BatchFeed;
import dev.filip.distributed.Communicator;
import dev.filip.distributed.Ranks;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.loss.LossPlan;
import dev.filip.model.FilipModel;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.Optimizer;
import dev.filip.optim.Schedule;
import dev.filip.tensor.LossScale;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Everything one run works with. Owns model, optimizer, loss and feed.
 *
 * @param batches of the feed, as the towers take them
 * @param start where this process begins: nothing done, or a checkpoint's state
 * @param scaling of the loss for fp16, or null
 * @param data what the run was trained on, for the model folder
 * @param shape of it, for checkpoints
 * @param ranks of the run; borrowed
 */
record Session(
    RunConfig config,
    RunFolder folder,
    TrainedModel trained,
    Parallelism parallelism,
    Towers towers,
    LossPlan loss,
    FlatParameters parameters,
    Optimizer optimizer,
    Schedule schedule,
    BatchFeed feed,
    BatchQueue batches,
    @Nullable LossScale scaling,
    Checkpoints checkpoints,
    Start start,
    ObjectNode data,
    ObjectNode shape,
    Ranks ranks)
    implements AutoCloseable {

  /** Updates done before this process, and the best evaluation of them. */
  record Start(long step, TrainResult.@Nullable Best best) {
    static final Start FRESH = new Start(0, null);
  }

  /** The towers' arithmetic, the config's word. */
  String precision() {
    return trained.model().compute().precision().word();
  }

  /**
   * The state after step {@code step}.
   *
   * @param cursor of the feed, which all ranks have asked for together
   */
  RunState state(long step, TrainResult.@Nullable Best best, JsonNode cursor) {
    return new RunState(
        step,
        optimizer.steps(),
        RunConfigWriter.json(config),
        ranks.world(),
        parallelism,
        precision(),
        scaling == null ? LossScale.State.NONE : scaling.state(),
        cursor,
        shape,
        RunState.Generator.get(),
        best);
  }

  /** Writes the model as it is now in place of an older one. */
  void writeModel(Path folder, long step) throws IOException {
    Outputs.folder(folder, fresh -> fill(fresh, step));
  }

  /** Writes the model as it is now into a new folder. */
  void fill(Path fresh, long step) throws IOException {
    FilipModel model = trained.model();
    Finetune finetune = config.finetune();
    ModelFolder.write(fresh, model, trained.tokenizer(), trained.preprocessor(), provenance(step));
    if (finetune.adaptersAreAll()) {
      AdapterFolder.write(
          fresh.resolve("adapter"),
          model,
          finetune.lora().orElseThrow(),
          trained.from().path("model").asText());
    }
  }

  private ObjectNode provenance(long step) {
    ObjectNode json = Json.object().put("step", step).put("steps", schedule.total());
    if (!trained.from().isEmpty()) {
      json.set("from", trained.from());
    }
    json.put("config_sha256", RunConfigWriter.sha256(config));
    json.set("config", RunConfigWriter.json(config));
    json.set("data", data);
    json.put("precision", precision())
        .put("feature_precision", loss.precision().precision().word())
        .put("ranks", ranks.world())
        .put("shards", parallelism.shards())
        .put("threads", parallelism.threads());
    json.put("java", Runtime.version().toString()).put("libtorch", Natives.version());
    return json.put(
        "platform", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  @Override
  public void close() {
    FilipModel model = trained.model();
    try (model;
        parameters;
        optimizer;
        towers;
        loss;
        batches) {
      feed.close();
    } finally {
      Parallelism.set(Runtime.getRuntime().availableProcessors());
    }
  }

  /** The weights that every rank has alike. Borrows both; used by one thread. */
  record SharedWeights(FlatParameters parameters, Communicator ranks) {
    private static final long PIECE = 25L * 1024 * 1024 / Float.BYTES;

    /** Gives every rank the first one's. */
    void takeFirst() {
      try (var _ = new StepScope()) {
        for (long from = 0; from < parameters.size(); from += PIECE) {
          long count = Math.min(PIECE, parameters.size() - from);
          ranks.takeFirst(parameters.values().narrow(0, from, count));
        }
      }
    }

    /** The first rank whose weights are not the first one's bits, or 0. */
    int drifted() {
      try (var _ = new StepScope()) {
        Tensor bits = parameters.values().view(ScalarType.Int).sum();
        long[][] sums = ranks.gather(new long[] {Tensors.toLongs(bits)[0]});
        for (int r = 1; r < sums.length; r++) {
          if (sums[r][0] != sums[0][0]) {
            return r;
          }
        }
        return 0;
      }
    }
  }
}
