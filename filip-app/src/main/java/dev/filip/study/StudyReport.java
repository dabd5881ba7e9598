package dev.filip.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.RunConfig;
import dev.filip.config.RunConfigWriter;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.tensor.CpuFeatures;
import dev.filip.viz.AwtImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The report of a study: {@code STUDY.md}, {@code STUDY.json}, {@code STUDY.png} in its folder.
 *
 * @param base the config that every row starts from
 */
public record StudyReport(
    Study study, StudyOptions options, RunConfig base, List<Measured> measured, Path out) {
  public StudyReport {
    measured = List.copyOf(measured);
  }

  StudyReport write() throws IOException {
    Findings findings = findings();
    Outputs.file(file("png"), AwtImages.png(findings.plot()));
    Outputs.file(file("json"), bytes(Json.pretty(toJson()) + "\n"));
    Outputs.file(file("md"), bytes(markdown(findings)));
    return this;
  }

  private Findings findings() {
    return study.findings(measured).withChoices(measured);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Path file(String ending) {
    return out.resolve(study.name() + "." + ending);
  }

  /** The whole answer. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("study", study.name()).put("command", command());
    json.set("machine", machine());
    Set<String> scores = new TreeSet<>();
    measured.forEach(m -> m.accuracy().forEach(r -> scores.addAll(r.scores().keySet())));
    ArrayNode rows = json.putArray("rows");
    measured.forEach(m -> rows.add(m.toJson(scores)));
    json.put("report", file("md").toString());
    json.set("config", RunConfigWriter.json(base));
    return json;
  }

  /** The table with its heading, for people. */
  public String text() {
    return findings().markdown() + Findings.tuning(measured) + "report: " + file("md");
  }

  /** Whether any row came to its end. */
  public boolean anyDone() {
    return measured.stream()
        .anyMatch(m ->
            m.accuracy().stream().anyMatch(RowResult::ended)
                || m.timing() != null && m.timing().ended());
  }

  private String command() {
    StringBuilder command = new StringBuilder("filip study " + study.name());
    command.append(' ').append(options.config());
    options.sets().forEach(set -> command.append(" --set '").append(set).append('\''));
    if (options.steps() > 0) {
      command.append(" --steps ").append(options.steps());
    }
    if (options.seeds() > 1) {
      command.append(" --seeds ").append(options.seeds());
    }
    if (study.timed()) {
      command.append(" --timing-steps ").append(options.timingSteps());
    }
    if (options.jobs() > 1) {
      command.append(" --jobs ").append(options.jobs());
    }
    options.judge().forEach(source -> command.append(" --judge ").append(source));
    command.append(options.tune().command());
    return command.toString();
  }

  private static ObjectNode machine() {
    return Json.object()
        .put("processor", CpuFeatures.here().model())
        .put("cores", Runtime.getRuntime().availableProcessors())
        .put("java", System.getProperty("java.vm.name") + " " + Runtime.version())
        .put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
        .put("heap_limit_bytes", Runtime.getRuntime().maxMemory());
  }

  private String markdown(Findings findings) {
    ObjectNode machine = machine();
    StringBuilder text = new StringBuilder("# Study: " + study.name() + "\n\n");
    text.append(study.purpose()).append("\n\n```\n").append(command()).append("\n```\n\n");
    text.append(findings.markdown()).append('\n');
    text.append("![").append(study.name()).append("](").append(study.name()).append(".png)\n\n");
    String tuning = Findings.tuning(measured);
    text.append(tuning).append(tuning.isEmpty() ? "" : "\n");
    findings.notes().forEach(note -> text.append("- ").append(note).append('\n'));
    text.append("- Machine: ").append(machine.get("processor").asText()).append(", ");
    text.append(machine.get("cores").asInt()).append(" cores, ");
    text.append(machine.get("java").asText()).append(", Java heap at most ");
    text.append(machine.get("heap_limit_bytes").asLong() >> 20).append(" MiB a process.\n");
    return text.append("- Every number of every run: `")
        .append(study.name())
        .append(".json`.\n")
        .toString();
  }
}
