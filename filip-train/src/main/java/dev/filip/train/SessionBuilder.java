package dev.filip.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.checkpoint.LoadedModel;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.Finetune;
import dev.filip.config.ModelConfig;
import dev.filip.config.OptimizerConfig;
import dev.filip.config.RunConfig;
import dev.filip.data.BatchFeed;
import dev.filip.distributed.Ranks;
import dev.filip.io.Json;
import dev.filip.loss.LossPlan;
import dev.filip.model.FilipModel;
import dev.filip.optim.AdamW;
import dev.filip.optim.FlatParameters;
import dev.filip.optim.Lamb;
import dev.filip.optim.Optimizer;
import dev.filip.optim.ParameterGroups;
import dev.filip.optim.Schedule;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Devices;
import dev.filip.tensor.LossScale;
import dev.filip.tensor.PrecisionChooser;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Session} from a config, new or from a checkpoint. A start that fails leaves
 * nothing open. Used once.
 */
final class SessionBuilder {
  private static final int SCALE_INTERVAL = 2000;

  /** A property that gives the CPU its batches in the way a GPU gets them. */
  static final String AS_A_DEVICE = "filip.batchesAhead";

  /** System property: the CPU computes a GPU's losses, and reads as little of them. */
  static final String LOSS_AS_ON_A_DEVICE = "filip.lossAsOnDevice";

  /** Samples whose captions are looked at before the first step. */
  private static final int LOOKED_AT = 500;

  private final RunConfig config;
  private final FeedFactory data;
  private final Consumer<String> log;
  private final Ranks ranks;
  private final Opened opened = new Opened();

  /**
   * @param config without {@code auto} in its {@link Arithmetic}
   */
  SessionBuilder(RunConfig config, FeedFactory data, Consumer<String> log, Ranks ranks) {
    this.ranks = ranks;
    this.config = config;
    this.data = data;
    this.log = log;
  }

  /** A run from its first step. */
  Session fresh(RunFolder folder) throws IOException {
    try (opened) {
      torch.manual_seed(config.seed());
      TrainedModel start = new StartingModel(config, data, log).get();
      opened.add(start.model());
      return handedOver(build(folder, start.with(tuned(start.model())), null, null));
    }
  }

  /** A run from where a checkpoint stands. */
  Session resumed(RunFolder folder, Path checkpoint) throws IOException {
    RunState state = RunState.read(checkpoint.resolve(RunState.FILE));
    Agreement.requireSameRun(config, state, checkpoint);
    Agreement.requireSameData(data.shape(), state, checkpoint);
    try (opened) {
      LoadedModel loaded = opened.add(ModelFolder.load(checkpoint.resolve("model")));
      log.accept("resuming from " + checkpoint);
      FilipModel model = tuned(loaded.model());
      Checkpoints.restoreAdapters(checkpoint, model.parameters());
      TrainedModel then =
          new TrainedModel(
              model, loaded.tokenizer(), loaded.preprocessor(), loaded.trained().path("from"));
      Session session = build(folder, then, state, checkpoint);
      RunState.Generator.set(state.random());
      return handedOver(session);
    }
  }

  private Session handedOver(Session session) {
    opened.handOver();
    return session;
  }

  private FilipModel tuned(FilipModel model) {
    if (config.finetune().equals(Finetune.ALL)) {
      return model;
    }
    FilipModel tuned = model.tuned(config.finetune(), config.seed());
    log.accept(new TrainedModel.Share(config.finetune(), tuned.parameters()).describe());
    if (config.finetune().lora().isPresent() && !config.finetune().adaptersAreAll()) {
      log.accept("finetune: no adapter folder is written, as a tower without adapters changes too");
    }
    return tuned;
  }

  private Session build(
      RunFolder folder, TrainedModel plain, @Nullable RunState state, @Nullable Path checkpoint)
      throws IOException {
    Compute compute = compute(plain.model().config());
    FilipModel model = plain.model().with(compute, config.gradientCheckpointing());
    if (!compute.device().isCpu()) {
      opened.add(model); // the device has a copy of its own
      plain.model().close();
    }
    TrainedModel trained = plain.with(model);
    ParameterGroups groups = groups(model.config());
    Map<String, Tensor> leaves = model.parameters().trained();
    Parallelism parallelism =
        state != null && state.world() == ranks.world()
            ? state.parallelism()
            : Parallelism.choose(
                model.parameters().count(""),
                config.batch() / ranks.world(),
                compute.device(),
                cores());
    requireMemory(trained, parallelism, leaves);
    FlatParameters flat = opened.add(new FlatParameters(leaves, groups));
    log.accept(
        "model: "
            + String.format(Locale.ROOT, "%,d", flat.size())
            + " parameters trained; "
            + groups.describe(leaves.keySet()));
    Optimizer optimizer = opened.add(optimizer(flat));
    if (state != null && checkpoint != null) {
      Checkpoints.restore(checkpoint, optimizer, state.updates());
    }
    opened.<AutoCloseable>add(() -> Parallelism.set(Runtime.getRuntime().availableProcessors()));
    Parallelism.set(parallelism.threads());
    Agreement.requireSameOnRanks(ranks, "model", facts(trained, flat));
    if (ranks.world() > 1) {
      String joined = ranks.communicator().prepare(compute.device());
      if (!joined.isEmpty()) {
        log.accept(joined);
      }
      new Session.SharedWeights(flat, ranks.communicator()).takeFirst();
    }
    GradientSum sum = new GradientSum(flat, ranks.communicator(), overlaps(compute));
    Towers towers =
        opened.add(
            new Towers(
                model, flat, parallelism, Towers.Activations.of(config, compute.device()), sum));
    LossPlan loss = opened.add(loss(compute, model.config().embedDim()));
    if (!loss.passedOver().isEmpty()) {
      log.accept(loss.passedOver());
    }
    Schedule schedule = schedule();
    BatchFeed feed = opened.add(feed(trained, state));
    return new Session(
        config,
        folder,
        trained,
        parallelism,
        towers,
        loss,
        flat,
        optimizer,
        schedule,
        feed,
        opened.add(batches(feed, model)),
        scaling(compute, state),
        new Checkpoints(folder.checkpoints(), config.checkpoint().keep()),
        state == null ? Session.Start.FRESH : new Session.Start(state.step(), state.best()),
        data.describe(),
        data.shape(),
        ranks);
  }

  /** Precision and device; the reason of the precision was said by {@link Arithmetic}. */
  private Compute compute(ModelConfig model) {
    Devices.Chosen device = Devices.choose(config.device());
    log.accept(device.why());
    return new Compute(
        PrecisionChooser.choose(config.precision(), device.device(), model).precision(),
        device.device());
  }

  /** Ranks that share cores have nothing to hide a sum behind (measured: bench/overlap.sh). */
  private boolean overlaps(Compute compute) {
    return switch (config.distributed().overlap()) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO -> !compute.device().isCpu() || ranks.localWorld() < ranks.world();
    };
  }

  private int cores() {
    return ranks.cores(Runtime.getRuntime().availableProcessors());
  }

  private BatchFeed feed(TrainedModel trained, @Nullable RunState state) throws IOException {
    return data.open(
        config,
        trained.model().config(),
        trained.tokenizer(),
        trained.preprocessor(),
        state == null ? null : state.cursor(),
        ranks.communicator());
  }

  /**
   * A device is sent bytes, a batch ahead; so is the CPU where {@value #AS_A_DEVICE} asks for it,
   * which changes no number and shows that way of images where there is no device.
   */
  private static BatchQueue batches(BatchFeed feed, FilipModel model) {
    Compute compute = model.compute();
    return compute.device().isCpu() && !Boolean.getBoolean(AS_A_DEVICE)
        ? BatchQueue.plain(feed)
        : BatchQueue.ahead(feed, compute, model.config().vision().imageSize());
  }

  /** What must be the same on all ranks of what was chosen or learnt here. */
  private static ObjectNode facts(TrainedModel trained, FlatParameters flat) {
    int[] ids = IntStream.range(0, trained.tokenizer().size()).toArray();
    Compute compute = trained.model().compute();
    return Json.object()
        .put("parameters", flat.size())
        .put("vocabulary", String.join("\n", trained.tokenizer().words(ids)).hashCode())
        .put("precision", compute.precision().word())
        .put("device", compute.device().name());
  }

  private ParameterGroups groups(ModelConfig model) {
    return ParameterGroups.paper()
        .with(
            new ParameterGroups.LayerRates(
                config.finetune().layerDecay(), model.vision().layers(), model.text().layers()));
  }

  /** Says what the run will take, before it takes it. */
  private void requireMemory(
      TrainedModel of, Parallelism parallelism, Map<String, Tensor> trained) {
    FilipModel model = of.model();
    if (!model.compute().device().isCpu()) {
      return; // a device's memory is not counted
    }
    MemoryEstimate estimate =
        MemoryEstimate.of(
            config,
            model.config(),
            model.compute().precision(),
            parallelism,
            model.parameters().count(""),
            trained.values().stream().mapToLong(Tensor::numel).sum(),
            config.batch() / ranks.world(),
            longest(of.tokenizer()));
    log.accept(estimate.line());
    MemoryEstimate.Available.read(ranks.localWorld())
        .ifPresent(available -> estimate.require(available, config));
  }

  /** Tokens of the longest text that batches may hold, going by some. */
  private int longest(BpeTokenizer tokenizer) {
    int longest =
        data.someCaptions(LOOKED_AT).stream()
            .mapToInt(caption -> tokenizer.encode(caption).length)
            .max()
            .orElse(0);
    return longest + longest / 4;
  }

  private LossPlan loss(Compute towers, int width) {
    return new LossPlan(
        config.loss(),
        config.interaction(),
        steps(),
        towers,
        width,
        cores(),
        ranks.communicator(),
        !towers.device().isCpu() || Boolean.getBoolean(LOSS_AS_ON_A_DEVICE));
  }

  private static @Nullable LossScale scaling(Compute compute, @Nullable RunState state) {
    if (!LossScale.needed(compute.precision())) {
      return null;
    }
    return state == null ? new LossScale() : new LossScale(state.lossScale(), SCALE_INTERVAL);
  }

  private Optimizer optimizer(FlatParameters flat) {
    OptimizerConfig settings = config.optimizer();
    return settings.name() == OptimizerConfig.Name.LAMB
        ? new Lamb(flat, settings)
        : new AdamW(flat, settings);
  }

  /** Where they are given nothing is counted. */
  private int steps() {
    int rows = config.data().captionsPerImage();
    return config.length().toSteps(() -> rows * data.samples(), config.batch());
  }

  private Schedule schedule() {
    return new Schedule(config.optimizer().peakLr(config.batch()), steps(), config.schedule());
  }
}
