package dev.filip.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.train.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs one row as {@code filip train} in a process of its own, judges it elsewhere too where asked,
 * and keeps what was measured in {@code result.json}. A row that is there already is not run again;
 * one that was stopped goes on.
 *
 * @param flags of the row's JVM
 */
record RowRun(
    StudyOptions options,
    RunConfig base,
    Row row,
    Path folder,
    StudyRun.FilipCommand filip,
    List<String> flags,
    Children children) {
  private static final double STUCK_SHARE = 0.97;

  private Path file() {
    return folder.resolve("result.json");
  }

  private Path log() {
    return folder.resolve("log.txt");
  }

  private RunFolder run() {
    return new RunFolder(folder.resolve("run"));
  }

  private List<String> sets() {
    List<String> sets = new ArrayList<>(options.sets());
    sets.addAll(row.sets(base));
    return sets;
  }

  private JsonNode settings() {
    return Json.mapper().valueToTree(sets());
  }

  /** What the run in this folder was started with. */
  private Path asked() {
    return folder.resolve("sets.json");
  }

  /** Steps done so far. */
  long stepsDone() throws IOException {
    return RunMetrics.read(run().metrics()).lastStep();
  }

  /** What was measured before; empty where it is to be run (again): other settings, a failure. */
  Optional<RowResult> before() {
    if (!Files.exists(file())) {
      return Optional.empty();
    }
    JsonNode json = Json.read(file());
    RowResult result = RowResult.of(json);
    boolean same = json.path("sets").equals(settings());
    boolean asked =
        options.judge().stream()
            .flatMap(source -> judges().stream().map(judge -> judge.key(source)))
            .allMatch(result.scores()::containsKey);
    boolean whole = row.part() == StudyOptions.Part.TIMING || asked || !result.ended();
    return same && whole && result.outcome() != RowResult.Outcome.FAILED
        ? Optional.of(result)
        : Optional.empty();
  }

  /** Runs it; a failure is a result, too. */
  RowResult measure() throws IOException {
    Files.createDirectories(folder);
    Files.deleteIfExists(log());
    if (Files.isDirectory(run().root())) {
      Files.deleteIfExists(run().ended()); // what is there afterwards is this process's word
    }
    boolean same = Files.exists(asked()) && Json.read(asked()).equals(settings());
    boolean resumed = same && Files.exists(run().checkpoints());
    Outputs.file(asked(), (Json.pretty(settings()) + "\n").getBytes(StandardCharsets.UTF_8));
    int code = train(resumed);
    if (code == 2 && resumed) { // damaged: from its first step
      code = train(false);
    }
    if (children.ending()) {
      throw new IOException("stopped in row " + row.title() + ": --resume goes on");
    }
    RowResult result = code == 0 ? done() : failed();
    ObjectNode json = result.toJson();
    json.set("sets", settings());
    Outputs.file(file(), (Json.pretty(json) + "\n").getBytes(StandardCharsets.UTF_8));
    return result;
  }

  private int train(boolean resume) throws IOException {
    if (resume && Files.isDirectory(run().model())) {
      return 0; // trained to its end, stopped while it was judged elsewhere
    }
    List<String> arguments = new ArrayList<>(List.of("train", options.config().toString()));
    arguments.addAll(List.of("--out", run().root().toString(), "--json"));
    arguments.addAll(List.of("--log-every", Integer.toString(row.logEvery())));
    arguments.add(resume ? "--resume" : "--force");
    sets().forEach(set -> arguments.addAll(List.of("--set", set)));
    return children.run(filip.line(flags, arguments), folder.resolve("answer.json"), log());
  }

  private RowResult done() throws IOException {
    RunMetrics metrics = RunMetrics.read(run().metrics());
    Map<String, Double> scores = new LinkedHashMap<>(metrics.evaluation());
    if (row.part() == StudyOptions.Part.ACCURACY) {
      for (String source : options.judge()) {
        if (!judge(source, scores)) {
          return failed();
        }
      }
    }
    boolean stuck = metrics.loss() > STUCK_SHARE * Math.log(base.batch());
    boolean trained = row.part() == StudyOptions.Part.ACCURACY;
    return result(
        stuck && trained ? RowResult.Outcome.STUCK : RowResult.Outcome.DONE, "", metrics, scores);
  }

  private List<Judge> judges() {
    return base.evaluate().tasks().stream().map(Judge::of).toList();
  }

  private boolean judge(String source, Map<String, Double> scores) throws IOException {
    for (Judge judge : judges()) {
      Path answer = folder.resolve("judged.json");
      List<String> arguments =
          List.of("eval", judge.task(), run().model().toString(), source, "--json");
      if (children.run(filip.line(flags, arguments), answer, log()) != 0) {
        return false;
      }
      JsonNode json = Json.read(answer);
      judge
          .pointers()
          .forEach((key, at) -> scores.put(key + "@" + label(source), json.at(at).asDouble()));
    }
    return true;
  }

  /**
   * How a task's answer on a further source is read.
   *
   * @param pointers into the answer by the score's key, the same as in the run's own evaluation
   */
  private record Judge(String task, Map<String, String> pointers) {
    static Judge of(String task) {
      Map<String, String> pointers = new LinkedHashMap<>();
      switch (task) {
        case "retrieval" -> {
          pointers.put("t2i_r1", "/text_to_image/r1");
          pointers.put("i2t_r1", "/image_to_text/r1");
        }
        case "zero-shot" -> pointers.put("top1", "/top1");
        case "pointing" -> pointers.put("word_in_box", "/word_in_box/value");
        case "binding" -> pointers.put("binding_all", "/binding/all/value");
        default -> throw new IllegalStateException("no evaluation " + task);
      }
      return new Judge(task, pointers);
    }

    String key(String source) {
      return pointers.keySet().iterator().next() + "@" + label(source);
    }
  }

  /** The last part of a source's path. */
  static String label(String source) {
    return source.replaceAll("/+$", "").replaceAll(".*/", "");
  }

  private RowResult failed() throws IOException {
    boolean told = Files.exists(run().ended());
    JsonNode ended = told ? Json.read(run().ended()) : Json.object();
    RowResult.Outcome outcome =
        ended.path("outcome").asText().equals("diverged")
            ? RowResult.Outcome.DIVERGED
            : RowResult.Outcome.FAILED;
    String reason =
        ended.path("reason").asText().isEmpty()
            ? lastWord(Files.exists(log()) ? Files.readAllLines(log()) : List.of())
            : ended.path("reason").asText();
    return result(outcome, reason, RunMetrics.read(run().metrics()), Map.of());
  }

  /**
   * For the table, where the run left no word: the command's own last one, or what was said last.
   */
  static String lastWord(List<String> log) {
    List<String> said = log.stream().filter(line -> !line.isBlank()).toList();
    return said.stream()
        .filter(line -> line.startsWith("filip: "))
        .reduce((first, second) -> second)
        .map(line -> line.substring("filip: ".length()))
        .orElse(said.isEmpty() ? "ended without a word" : said.getLast().strip());
  }

  private RowResult result(
      RowResult.Outcome outcome, String reason, RunMetrics metrics, Map<String, Double> scores) {
    return new RowResult(
        row.seed(),
        outcome,
        reason,
        metrics.lastStep(),
        metrics.loss(),
        metrics.last("same_word_share"),
        metrics.last("logit_scale"),
        metrics.secondsPerStep(base.batch()),
        peak(),
        scores);
  }

  private double peak() {
    Path answer = folder.resolve("answer.json");
    try {
      return Json.read(answer).path("peak_memory_bytes").asDouble(Double.NaN);
    } catch (dev.filip.io.BadInput none) {
      return Double.NaN; // it ended before its answer
    }
  }
}
