package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.Filip;
import dev.filip.data.SampleSource;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.data.known.KnownSets;
import dev.filip.eval.Ranking;
import dev.filip.io.BadInput;
import dev.filip.io.Outputs;
import dev.filip.io.OwnFolder;
import dev.filip.suite.Suite;
import dev.filip.suite.SuitePrompts;
import dev.filip.suite.SuiteReport;
import dev.filip.suite.TokenCache;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip eval suite}: every data set of a folder. */
@Command(
    name = "suite",
    mixinStandardHelpOptions = true,
    description = {
      "Zero-shot classification on every data set of the paper's twelve that is found below a folder: ROOT/NAME, or the set's own folder directly in ROOT.",
      "Image tokens are kept, so that other prompts cost no image tower; stopped, the same command goes on."
    },
    footer = {
      "",
      "Example:",
      "  filip eval suite runs/late/model runs/global/model --data data/sets --out suite"
    })
final class SuiteCommand implements Callable<Integer> {
  private static final OwnFolder OWN =
      new OwnFolder("filip eval suite", List.of("suite.json"), List.of("suite.{md,html}"));

  @Parameters(arity = "1..*", paramLabel = "MODEL", description = "Model folders.")
  private List<Path> models = List.of();

  @Option(
      names = "--data",
      paramLabel = "ROOT",
      required = true,
      description = "The folder that holds the data sets.")
  private Path data;

  @Option(
      names = "--datasets",
      paramLabel = "A,B",
      split = ",",
      description = "Only these. Default: all twelve that are found.")
  private List<String> datasets = List.of();

  @Option(
      names = "--prompts",
      paramLabel = "SET",
      defaultValue = "paper",
      description =
          "The paper's ensembles, CLIP's lists or one prompt, the same for every model: paper, clip or single. Default: paper.")
  private SuitePrompts prompts;

  @Option(
      names = "--rank",
      paramLabel = "RANK",
      defaultValue = "paper",
      description = "What ranks classes: paper (s_image), text (s_text) or sum. Default: paper.")
  private String rank;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for suite.md, suite.json and suite.html. Default: suite, or its next free number.")
  private @Nullable Path out;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where image tokens are kept. Default: tokens in the folder that FILIP_CACHE names, or in the user's cache.")
  private @Nullable Path cache;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      defaultValue = "fp32",
      description = "Type of the tokens kept: fp32 or bf16 (half the disk). Default: fp32.")
  private Tokens.Type type;

  @Mixin private LimitOption limit;
  @Mixin private PrecisionOption precision;
  @Mixin private ForceOption force;
  @Mixin private Answer answer;

  private final SequencedMap<String, String> skipped = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException {
    Path folder = out == null ? Outputs.nextFree(Path.of("suite")) : out;
    OWN.requireFree(folder, force.isOn());
    int most = limit.samples();
    BadInput.require(Files.isDirectory(data), "--data", data, "a folder that holds data sets");
    TokenCache tokens = new TokenCache(cache == null ? TokenCache.standard() : cache, type);
    Suite suite =
        new Suite(tokens, prompts, Ranking.of(Map.of("--rank", rank), Ranking.PAPER), most);
    SequencedMap<String, Path> found = found();
    SequencedMap<String, SequencedMap<String, Suite.Score>> scores = new LinkedHashMap<>();
    for (Path model : models) {
      try (Filip filip = precision.openForMany(model)) {
        scores.put(ModelNames.of(model, models), judge(filip, found, suite));
      }
    }
    boolean any = scores.values().stream().anyMatch(one -> !one.isEmpty());
    BadInput.require(
        any, "--data", data, "a folder with a data set that can be judged: " + reasons());
    SuiteReport report = new SuiteReport(scores, skipped, KnownSets.TWELVE, suite, command());
    report.write(folder);
    ObjectNode json = report.toJson().put("out", folder.toString());
    answer.print(
        json, report.table() + report.remarks() + "report: " + folder.resolve("suite.html"));
    return 0;
  }

  private String reasons() {
    SequencedMap<String, List<String>> why = new LinkedHashMap<>();
    skipped.forEach(
        (name, reason) -> why.computeIfAbsent(reason, _ -> new ArrayList<>()).add(name));
    List<String> lines = new ArrayList<>();
    why.forEach((reason, names) -> lines.add(String.join(", ", names) + ": " + reason));
    return String.join("; ", lines);
  }

  private SequencedMap<String, Path> found() {
    for (String name : datasets) {
      BadInput.require(
          KnownSets.TWELVE.contains(name),
          "--datasets",
          name,
          "of " + String.join(", ", KnownSets.TWELVE));
    }
    SequencedMap<String, Path> found = new LinkedHashMap<>();
    for (String name : datasets.isEmpty() ? KnownSets.TWELVE : datasets) {
      Optional<Path> at = KnownSets.find(name, data);
      at.ifPresentOrElse(path -> found.put(name, path), () -> skipped.put(name, "not in " + data));
    }
    return found;
  }

  private SequencedMap<String, Suite.Score> judge(
      Filip filip, SequencedMap<String, Path> found, Suite suite) throws IOException {
    SequencedMap<String, Suite.Score> scores = new LinkedHashMap<>();
    for (Map.Entry<String, Path> one : found.entrySet()) {
      String name = one.getKey();
      try {
        String split = KnownSets.judged(name, one.getValue());
        String spec = name + ":" + one.getValue() + "#" + split;
        try (SampleSource source = Sources.open(spec, SourceOptions.DEFAULT)) {
          scores.put(name, suite.judge(filip.embedder(), name, split, source));
        }
      } catch (BadInput unusable) {
        System.err.println(name + " is left out: " + unusable.getMessage());
        skipped.put(name, String.valueOf(unusable.getMessage()));
      } catch (IOException failed) {
        throw new IOException(
            name + ": " + Main.oneLine(failed) + "; what is kept stays, the same command goes on",
            failed);
      }
    }
    return scores;
  }

  private String command() {
    List<String> words = new ArrayList<>(List.of("filip eval suite"));
    models.forEach(model -> words.add(model.toString()));
    words.add("--data " + data);
    if (!datasets.isEmpty()) {
      words.add("--datasets " + String.join(",", datasets));
    }
    words.add("--prompts " + prompts.name().toLowerCase(java.util.Locale.ROOT));
    if (!rank.equals("paper")) {
      words.add("--rank " + rank);
    }
    if (limit.samples() > 0) {
      words.add("--limit " + limit.samples());
    }
    return String.join(" ", words);
  }
}
