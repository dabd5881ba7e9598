package dev.filip.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfig.Length;
import dev.filip.config.RunConfigReader;
import dev.filip.config.RunConfigWriter;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.OwnFolder;
import dev.filip.io.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a study in its folder: {@code study.json} (what is studied), {@code rows/ROW/} (one folder a
 * row, with its run, its log and {@code result.json}), and the reports when rows are done. A row
 * that fails is in the table with its reason, and the others go on. Used once, by one thread.
 */
public final class StudyRun {
  private static final long POLL_MILLIS = 500;
  private final Study study;
  private final StudyOptions options;
  private final Path out;
  private final FilipCommand filip;
  private final Consumer<String> log;
  private final RunConfig base;
  private final List<Study.Variant> variants;
  private final Map<Study.Variant, Choice> choices = new LinkedHashMap<>();

  private StudyRun(
      Study study, StudyOptions options, Path out, FilipCommand filip, Consumer<String> log) {
    this.study = study;
    this.options = options;
    this.out = out;
    this.filip = filip;
    this.log = log;
    this.base = RunConfigReader.read(options.config(), options.sets());
    BadInput.require(
        base.data().validation() != null,
        "data.validation",
        "nothing",
        "a source (a study judges every row on it)");
    this.variants = study.variants(base);
    requireTunable();
  }

  /** What happens to a study folder that is there. */
  public enum Existing {
    REFUSE,
    REPLACE,
    /** Rows that are done stay, the others are run. */
    RESUME
  }

  /**
   * Runs it and writes the reports.
   *
   * @throws BadInput for a config with nothing to compare, or a folder of another study
   */
  public static StudyReport run(
      Study study,
      StudyOptions options,
      Path out,
      Existing existing,
      FilipCommand filip,
      Consumer<String> log)
      throws IOException {
    StudyRun run = new StudyRun(study, options, out, filip, log);
    run.open(existing);
    return run.all();
  }

  /** Every point of the grid is read as a config before anything is run. */
  private void requireTunable() {
    for (Study.Variant variant : variants) {
      for (String override : variant.overrides()) {
        String key = override.substring(0, override.indexOf('='));
        BadInput.require(
            options.tune().axes().keySet().stream()
                .noneMatch(axis -> axis.equals(key) || axis.startsWith(key + ".")),
            "--tune",
            key,
            "a key that the study's rows leave alone");
      }
      for (TuneGrid.Point point : options.tune().points()) {
        List<String> sets = new ArrayList<>(options.sets());
        sets.addAll(row(variant, base.seed(), StudyOptions.Part.ACCURACY, point).sets(base));
        RunConfigReader.read(options.config(), sets);
      }
    }
  }

  private Row row(Study.Variant variant, long seed, StudyOptions.Part part, TuneGrid.Point point) {
    int steps = part == StudyOptions.Part.TIMING ? options.timingSteps() : steps();
    return new Row(variant, seed, part, steps, point);
  }

  private Row row(Study.Variant variant, long seed, StudyOptions.Part part) {
    Choice choice = choices.get(variant);
    TuneGrid.Point point = choice == null ? TuneGrid.Point.AS_CONFIGURED : choice.point();
    return row(variant, seed, part, point);
  }

  private List<Row> rows() {
    List<Row> all = new ArrayList<>();
    if (options.parts().contains(StudyOptions.Part.ACCURACY)) {
      for (long seed = base.seed(); seed < base.seed() + options.seeds(); seed++) {
        for (Study.Variant variant : variants) {
          all.add(row(variant, seed, StudyOptions.Part.ACCURACY));
        }
      }
    }
    if (study.timed() && options.parts().contains(StudyOptions.Part.TIMING)) {
      variants.forEach(v -> all.add(row(v, base.seed(), StudyOptions.Part.TIMING)));
    }
    return all;
  }

  private int steps() {
    if (options.steps() > 0) {
      return options.steps();
    }
    return study.defaultSteps() > 0
        ? study.defaultSteps()
        : base.length() instanceof Length.Steps(int n) ? n : 0;
  }

  /** What the folder of a study of any kind looks like. */
  private static OwnFolder own() {
    return new OwnFolder(
        "filip study",
        List.of("study.json"),
        List.of("{rows,tuning}/**", "{efficiency,ablation,interaction,stability}.{json,md,png}"));
  }

  private void open(Existing existing) throws IOException {
    Path file = out.resolve("study.json");
    ObjectNode now = Json.object().put("study", study.name());
    now.set("config", RunConfigWriter.json(base));
    boolean there = Files.exists(file);
    switch (existing) {
      case REFUSE -> own().requireFree(out, false);
      case REPLACE -> {
        BadInput.require(
            there || !Files.exists(out), "--force", out, "used on a study's folder (study.json)");
        own().requireFree(out, true);
        Outputs.delete(out);
      }
      case RESUME -> {
        if (!there) {
          throw new BadInput("--resume: there is no study in " + out);
        }
        JsonNode then = Json.read(file);
        if (!Json.parse(Json.line(now)).equals(then)) {
          throw new BadInput(
              "--resume: "
                  + out
                  + " holds a study "
                  + then.path("study").asText()
                  + " of another config: give --force to replace it, or another name");
        }
      }
    }
    Outputs.file(file, (Json.pretty(now) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private StudyReport all() throws IOException {
    try (Children children = new Children()) {
      tune(children);
      Map<Row, RowResult> results = new LinkedHashMap<>();
      List<RowRun> runs = toRun(rows(), "rows", options, children, results);
      runs.sort((a, b) -> a.row().part().compareTo(b.row().part())); // timing when all is quiet
      List<RowRun> trained =
          runs.stream().filter(r -> r.row().part() == StudyOptions.Part.ACCURACY).toList();
      measure(trained, options.jobs(), results);
      measure(runs.subList(trained.size(), runs.size()), 1, results);
      return new StudyReport(study, options, base, measured(results), out).write();
    }
  }

  /** What is not known yet; what is goes to {@code results}. */
  private List<RowRun> toRun(
      List<Row> rows,
      String folder,
      StudyOptions asked,
      Children children,
      Map<Row, RowResult> results) {
    List<RowRun> runs = new ArrayList<>();
    for (Row row : rows) {
      RowRun run = rowRun(row, folder, asked, children);
      run.before().ifPresentOrElse(known -> results.put(row, known), () -> runs.add(run));
    }
    if (!results.isEmpty()) {
      log.accept(results.size() + " of " + rows.size() + " rows are done already");
    }
    return runs;
  }

  /**
   * Tries every row at every point. Trials as long as the rows themselves lie where these do, so
   * that a chosen one is not run twice.
   */
  private void tune(Children children) throws IOException {
    TuneGrid grid = options.tune();
    if (grid.isEmpty()) {
      return;
    }
    List<Row> trials = new ArrayList<>();
    for (Study.Variant variant : variants) {
      grid.points().forEach(point -> trials.addAll(trials(variant, point)));
    }
    Map<Row, RowResult> results = new LinkedHashMap<>();
    String folder = grid.steps() == 0 ? "rows" : "tuning";
    List<RowRun> runs = toRun(trials, folder, options.withoutJudge(), children, results);
    measure(runs, options.jobs(), results);
    String score = base.evaluate().keepBest();
    for (Study.Variant variant : variants) {
      List<Choice.Tried> tried = new ArrayList<>();
      for (TuneGrid.Point point : grid.points()) {
        List<RowResult> mine = trials(variant, point).stream().map(results::get).toList();
        tried.add(Choice.Tried.of(point, mine, score));
      }
      Choice choice = new Choice(score, tried);
      choices.put(variant, choice);
      log.accept(variant.name() + ": tuned to " + choice.text());
    }
  }

  private List<Row> trials(Study.Variant variant, TuneGrid.Point point) {
    TuneGrid grid = options.tune();
    int steps = grid.steps() == 0 ? steps() : grid.steps();
    List<Row> trials = new ArrayList<>();
    for (long seed = base.seed(); seed < base.seed() + grid.seeds(); seed++) {
      trials.add(new Row(variant, seed, StudyOptions.Part.ACCURACY, steps, point));
    }
    return trials;
  }

  private RowRun rowRun(Row row, String where, StudyOptions asked, Children children) {
    int cores = Runtime.getRuntime().availableProcessors();
    List<String> flags =
        options.jobs() == 1 || row.part() == StudyOptions.Part.TIMING
            ? List.of()
            : List.of("-XX:ActiveProcessorCount=" + Math.max(1, cores / options.jobs()));
    Path folder = out.toAbsolutePath().resolve(where).resolve(row.folder());
    return new RowRun(asked, base, row, folder, filip, flags, children);
  }

  private void measure(List<RowRun> runs, int jobs, Map<Row, RowResult> results)
      throws IOException {
    if (runs.isEmpty()) {
      return;
    }
    long steps = runs.stream().mapToLong(run -> Math.max(1, run.row().steps())).sum();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            jobs, Thread.ofPlatform().name("filip-study-", 0).daemon().factory());
    try (Progress progress = new Progress("study " + study.name(), steps)) {
      Map<RowRun, Future<RowResult>> asked = new LinkedHashMap<>();
      for (RowRun run : runs) {
        asked.put(run, pool.submit(() -> measure(run)));
      }
      for (RowRun run : runs) {
        results.put(run.row(), await(run, asked, progress));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private RowResult measure(RowRun run) throws IOException {
    RowResult result = run.measure();
    log.accept(
        run.row().title()
            + ": "
            + result.outcome().word()
            + (result.reason().isEmpty() ? "" : ", " + result.reason()));
    return result;
  }

  private RowResult await(RowRun run, Map<RowRun, Future<RowResult>> asked, Progress progress)
      throws IOException {
    Future<RowResult> mine = asked.get(run);
    while (true) {
      try {
        if (mine == null) {
          throw new IllegalStateException("row " + run.row() + " was not asked for");
        }
        return mine.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        progress.to(done(asked), run.row().title() + ", " + asked.size() + " rows to run");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
      }
    }
  }

  private static long done(Map<RowRun, Future<RowResult>> asked) throws IOException {
    long steps = 0;
    for (Map.Entry<RowRun, Future<RowResult>> one : asked.entrySet()) {
      long all = Math.max(1, one.getKey().row().steps());
      steps += one.getValue().isDone() ? all : Math.min(all, one.getKey().stepsDone());
    }
    return steps;
  }

  private List<Measured> measured(Map<Row, RowResult> results) {
    List<Measured> all = new ArrayList<>();
    for (Study.Variant variant : variants) {
      List<RowResult> accuracy = new ArrayList<>();
      for (long seed = base.seed(); seed < base.seed() + options.seeds(); seed++) {
        RowResult known = known(row(variant, seed, StudyOptions.Part.ACCURACY), results);
        if (known != null) {
          accuracy.add(known);
        }
      }
      RowResult timing =
          study.timed()
              ? known(row(variant, base.seed(), StudyOptions.Part.TIMING), results)
              : null;
      all.add(new Measured(variant, accuracy, timing, choices.get(variant)));
    }
    return all;
  }

  private @Nullable RowResult known(Row row, Map<Row, RowResult> results) {
    RowResult result = results.get(row);
    return result == null ? earlier(row) : result;
  }

  /** A row of a part that was not asked for this time: what an earlier call measured, or null. */
  private @Nullable RowResult earlier(Row row) {
    Path file = out.resolve("rows").resolve(row.folder()).resolve("result.json");
    return Files.exists(file) ? RowResult.of(Json.read(file)) : null;
  }

  /** How to start {@code filip} in a process of its own. */
  @FunctionalInterface
  public interface FilipCommand {
    /**
     * The whole command line.
     *
     * @param flags for its JVM
     * @param arguments such as {@code train, CONFIG}
     */
    List<String> line(List<String> flags, List<String> arguments);
  }
}
