package dev.filip.cli;

import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigReader;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.distributed.LocalRanks;
import dev.filip.distributed.RankEnvironment;
import dev.filip.distributed.Ranks;
import dev.filip.encode.ModelEmbedder;
import dev.filip.eval.EvalData;
import dev.filip.eval.RunEvaluator;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.OwnJava;
import dev.filip.io.PeakMemory;
import dev.filip.tensor.Devices;
import dev.filip.tensor.Natives;
import dev.filip.train.ProgressListener;
import dev.filip.train.TrainListener;
import dev.filip.train.TrainOptions;
import dev.filip.train.TrainOptions.Existing;
import dev.filip.train.TrainResult;
import dev.filip.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip train}. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Train a model. Writes OUT/model, OUT/best, metrics.jsonl, TensorBoard events and checkpoints.",
      "Ctrl-C ends after the current step with a checkpoint; --resume goes on.",
      "From a model folder's weights: a tower locked (finetune.lock), adapters of low rank (finetune.lora),",
      "rates that fall by layer (finetune.layer_decay), another image_size. The log says what is trained."
    },
    footer = {
      "",
      "Example:",
      "  filip train configs/scenes.yaml --out runs/scenes-global --set interaction=global --set seed=2",
      "  filip train configs/finetune-emoji.yaml --out runs/lora --set 'finetune.lora={rank: 8}'"
    })
final class TrainCommand implements Callable<Integer> {
  /** A step of a large model is a megabyte or two of trace. */
  private static final int MOST_PROFILED = 100;

  @Parameters(paramLabel = "CONFIG.yaml", description = "The run: see docs/CONFIG.md.")
  private Path config;

  @Option(
      names = "--out",
      description = "Run folder. Default: runs/NAME of the config, or its next free number.")
  private @Nullable Path out;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a key of the config; repeat for more.")
  private List<String> sets = List.of();

  @Option(names = "--resume", description = "Go on from the newest checkpoint of the run folder.")
  private boolean resume;

  @Option(
      names = "--nproc",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Processes on this machine that train together; one command of torchrun's kind (RANK,"
              + " WORLD_SIZE, ...) is one of them: see docs/DISTRIBUTED.md. Default: 1.")
  private int processes;

  @Option(
      names = "--log-every",
      paramLabel = "N",
      defaultValue = "10",
      description = "Steps between logged steps. Default: 10.")
  private int logEvery;

  @Option(
      names = "--profile",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Tell where the time of N steps goes, the third and those after it where there are as"
              + " many: a table, also in OUT/profile.txt, and OUT/profile.json, a Chrome trace for"
              + " chrome://tracing or ui.perfetto.dev. The steps take longer meanwhile.")
  private int profile;

  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    BadInput.require(processes >= 1, "--nproc", processes, ">= 1");
    BadInput.require(logEvery >= 1, "--log-every", logEvery, ">= 1");
    BadInput.require(
        profile >= 0 && profile <= MOST_PROFILED,
        "--profile",
        profile,
        "in [0, " + MOST_PROFILED + "] (steps; 0 = none)");
    RunConfig run = RunConfigReader.read(config, sets);
    Optional<RankEnvironment> rank = RankEnvironment.of(System.getenv());
    if (processes > 1) {
      return launch(run, rank);
    }
    rank.ifPresent(here -> Devices.onlyGpu(here.localRank()));
    Natives.load();
    try (Ranks ranks =
        rank.isEmpty() ? Ranks.alone() : Ranks.join(rank.get(), run.distributed().timeout())) {
      TrainResult result = judged(run, ranks);
      if (ranks.isFirst()) {
        print(result);
      }
      return result.interrupted() ? 1 : 0;
    }
  }

  private int launch(RunConfig run, Optional<RankEnvironment> rank) throws IOException {
    BadInput.require(
        rank.isEmpty(),
        "--nproc",
        processes,
        "left out where RANK is set: this is one rank already");
    BadInput.require(
        run.batch() % processes == 0,
        "batch",
        run.batch(),
        "a multiple of the " + processes + " processes of the run");
    Duration patience = Duration.ofSeconds(run.distributed().timeout() + 10L);
    LocalRanks.Ended ended =
        new LocalRanks(
                OwnJava.command(List.of(), Main.class.getName(), arguments()), System.err, patience)
            .run(processes);
    if (!ended.line().isEmpty()) {
      System.err.println("filip: " + ended.line());
    }
    return ended.code();
  }

  /** This command for one rank. */
  private List<String> arguments() {
    List<String> all = new ArrayList<>(List.of("train", config.toString()));
    all.addAll(List.of("--log-every", Integer.toString(logEvery)));
    if (out != null) {
      all.addAll(List.of("--out", out.toString()));
    }
    sets.forEach(set -> all.addAll(List.of("--set", set)));
    if (resume) {
      all.add("--resume");
    }
    if (force.isOn()) {
      all.add("--force");
    }
    all.addAll(List.of("--profile", Integer.toString(profile)));
    if (answer.isJson()) {
      all.add("--json");
    }
    return all;
  }

  private TrainResult judged(RunConfig run, Ranks ranks) throws IOException {
    String validation = run.data().validation();
    if (validation == null || run.evaluate().every() == 0 || !ranks.isFirst()) {
      return train(run, null, ranks);
    }
    try (var source =
        Sources.open(
            validation, SourceOptions.columns(run.data().imageKey(), run.data().captionKey()))) {
      EvalData data = new EvalData(source, validation, run.evaluate().samples(), true);
      RunEvaluator judge = new RunEvaluator(data, run.evaluate().tasks());
      return train(
          run,
          (model, step) ->
              judge.scores(
                  new ModelEmbedder(model.model(), model.tokenizer(), model.preprocessor())),
          ranks);
    }
  }

  private TrainResult train(
      RunConfig run, TrainOptions.@Nullable Evaluator evaluator, Ranks ranks) {
    Consumer<String> log = ranks.isFirst() ? System.err::println : line -> {};
    var listeners = List.<TrainListener>of(new ProgressListener("train"));
    return Trainer.run(
        run,
        folder(),
        new TrainOptions(existing(), logEvery, evaluator, listeners, log, profile),
        ranks);
  }

  private Existing existing() {
    if (resume) {
      return Existing.RESUME;
    }
    if (force.isOn()) {
      return Existing.REPLACE;
    }
    return out == null ? Existing.NEXT_FREE : Existing.REFUSE;
  }

  private Path folder() {
    if (out != null) {
      return out;
    }
    String name = String.valueOf(config.getFileName()).replaceFirst("\\.ya?ml$", "");
    return Path.of("runs", name);
  }

  private void print(TrainResult result) {
    var json =
        Json.object()
            .put("steps", result.steps())
            .put("interrupted", result.interrupted())
            .put("model", result.folder().model().toString())
            .put("seconds", Math.round(result.seconds() * 10) / 10.0);
    PeakMemory.bytes().ifPresent(bytes -> json.put("peak_memory_bytes", bytes));
    if (result.last() != null) {
      json.set("last", result.last().toJson());
    }
    if (result.best() != null) {
      json.putObject("best")
          .put("path", result.folder().best().toString())
          .put("metric", result.best().metric())
          .put("value", result.best().value())
          .put("step", result.best().step());
    }
    var stages = json.putObject("stage_seconds");
    result
        .stages()
        .forEach((stage, seconds) ->
            stages.put(
                stage.name().toLowerCase(java.util.Locale.ROOT),
                Math.round(seconds * 100) / 100.0));
    answer.print(json);
  }
}
