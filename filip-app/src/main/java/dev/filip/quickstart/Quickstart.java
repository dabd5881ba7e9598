package dev.filip.quickstart;

import static dev.filip.io.BadInput.require;

import dev.filip.Filip;
import dev.filip.config.Interaction;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigReader;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.encode.ModelEmbedder;
import dev.filip.eval.BindingEval;
import dev.filip.eval.EvalData;
import dev.filip.eval.ModelScores;
import dev.filip.eval.PointingEval;
import dev.filip.eval.RetrievalEval;
import dev.filip.eval.RunEvaluator;
import dev.filip.eval.Task;
import dev.filip.generate.Scenes;
import dev.filip.generate.ScenesOptions;
import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.train.ProgressListener;
import dev.filip.train.TrainOptions;
import dev.filip.train.TrainResult;
import dev.filip.train.Trainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * The main job: generates scenes, trains {@code late} and {@code global} with the same budget,
 * judges both, writes one report. Each part is kept in its folder; a second call on the same folder
 * goes on where the first was stopped.
 */
public final class Quickstart {
  private static final String CONFIG = "/configs/scenes.yaml";
  private static final List<Task<?>> TASKS =
      List.of(RetrievalEval.TIMED, new PointingEval(), BindingEval.DEFAULT);
  private final Options options;
  private final Path out;
  private final Consumer<String> log;

  private Quickstart(Options options, Path out, Consumer<String> log) {
    this.options = options;
    this.out = out;
    this.log = log;
  }

  /** Runs it all in {@code out}; {@code log} takes lines for the user. */
  public static QuickstartResult run(Options options, Path out, Consumer<String> log)
      throws IOException {
    return new Quickstart(options, out, log).run();
  }

  private QuickstartResult run() throws IOException {
    long start = System.nanoTime();
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new BadInput("output " + out + " is a file, not a folder: give another name");
    }
    Files.createDirectories(out);
    scenes();
    SequencedMap<Interaction, QuickstartResult.Scores> scores = new LinkedHashMap<>();
    for (Interaction interaction : List.of(Interaction.LATE, Interaction.GLOBAL)) {
      double seconds = train(interaction);
      scores.put(interaction, judge(interaction, seconds));
    }
    QuickstartResult result =
        new QuickstartResult(out, options, scores, (System.nanoTime() - start) / 1e9);
    QuickstartReport.write(result);
    return result;
  }

  private Path data() {
    return out.resolve("data");
  }

  private void scenes() throws IOException {
    if (Files.exists(data()) && !Files.isDirectory(data().resolve("train"))) {
      throw new BadInput(
          "output "
              + out
              + " holds data, which are not the quickstart's scenes: give another name");
    }
    if (Files.exists(data())) {
      log.accept("scenes: " + data() + " is there");
      return;
    }
    ScenesOptions wanted =
        ScenesOptions.defaults()
            .withSeed(options.seed())
            .withCounts(options.scenes(), 500, options.test(), Math.max(5, options.test() / 4));
    try (Progress progress = new Progress("scenes", Scenes.total(wanted))) {
      Scenes.generate(wanted, data(), false, progress);
    }
  }

  private double train(Interaction interaction) throws IOException {
    Path run = out.resolve(name(interaction));
    if (Files.exists(run.resolve("model"))) {
      log.accept(name(interaction) + ": " + run.resolve("model") + " is there");
      return Double.NaN;
    }
    RunConfig config = config(interaction);
    try (SampleSource validation =
        Sources.open(data().resolve("validation").toString(), SourceOptions.DEFAULT)) {
      EvalData judged = new EvalData(validation, "validation", config.evaluate().samples(), true);
      RunEvaluator judge = new RunEvaluator(judged, config.evaluate().tasks());
      TrainOptions.Existing existing =
          Files.exists(run.resolve("checkpoints"))
              ? TrainOptions.Existing.RESUME
              : TrainOptions.Existing.REPLACE;
      TrainOptions how =
          new TrainOptions(
              existing,
              10,
              (trained, step) ->
                  judge.scores(
                      new ModelEmbedder(
                          trained.model(), trained.tokenizer(), trained.preprocessor())),
              List.of(new ProgressListener("train " + name(interaction))),
              log);
      TrainResult result = Trainer.run(config, run, how);
      if (result.interrupted()) {
        throw new IOException(
            "stopped at step " + result.steps() + ": the same command goes on from there");
      }
      return result.seconds();
    }
  }

  /** Each at its own: the best on validation of a small grid, three seeds (docs/STUDIES.md). */
  private static String rate(Interaction interaction) {
    return interaction == Interaction.GLOBAL ? "1.0e-3" : "2.0e-3";
  }

  private RunConfig config(Interaction interaction) {
    String yaml;
    try (InputStream in = Quickstart.class.getResourceAsStream(CONFIG)) {
      if (in == null) {
        throw new IllegalStateException(CONFIG + " is not on the class path");
      }
      yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Object> sets = new LinkedHashMap<>();
    sets.put("interaction", name(interaction));
    sets.put("data.train", data().resolve("train"));
    sets.put("data.validation", data().resolve("validation"));
    sets.put("optimizer.lr", rate(interaction));
    sets.put("steps", options.steps());
    sets.put("seed", options.seed());
    return RunConfigReader.parse(
        yaml,
        "configs/scenes.yaml",
        sets.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  private QuickstartResult.Scores judge(Interaction interaction, double seconds)
      throws IOException {
    log.accept("judging " + name(interaction));
    try (Filip filip = Filip.open(out.resolve(name(interaction)).resolve("model"));
        SampleSource test = Sources.open(data().resolve("test").toString(), SourceOptions.DEFAULT);
        SampleSource twins =
            Sources.open(data().resolve("test-twins").toString(), SourceOptions.DEFAULT)) {
      EvalData on = new EvalData(test, "test", 0, false);
      EvalData onTwins = new EvalData(twins, "test-twins", 0, false);
      return new QuickstartResult.Scores(
          ModelScores.of(name(interaction), filip.embedder(), on, TASKS),
          RetrievalEval.TIMED.run(filip.embedder(), onTwins),
          seconds);
    }
  }

  /** {@code late} or {@code global}: the run's folder. */
  static String name(Interaction interaction) {
    return interaction.name().toLowerCase(Locale.ROOT);
  }

  /** The default output folder, or its next free number. */
  public static Path defaultOut() {
    return Outputs.nextFree(Path.of("quickstart"));
  }

  /**
   * How much of the main job. The defaults are the job itself; smaller numbers make a shortened one
   * for a test.
   *
   * @param seed of data and training
   * @param steps optimiser steps of each model: the same budget in samples for both
   * @param scenes training scenes generated
   * @param test test scenes judged on
   */
  public record Options(long seed, int steps, int scenes, int test) {
    /** 1,000 steps on 32,000 scenes, judged on 1,000. */
    public static final Options DEFAULT = new Options(1, 1_000, 32_000, 1_000);

    public Options {
      require(steps >= 1, "--steps", steps, ">= 1");
      require(scenes >= 64, "--scenes", scenes, ">= 64 (a batch)");
      require(test >= 10, "--test", test, ">= 10");
    }
  }
}
