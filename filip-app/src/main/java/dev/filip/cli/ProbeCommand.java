package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.Filip;
import dev.filip.data.SampleSource;
import dev.filip.data.Sources;
import dev.filip.encode.Match;
import dev.filip.eval.EvalData;
import dev.filip.eval.Fingerprint;
import dev.filip.eval.Skipped;
import dev.filip.eval.probe.Labelled;
import dev.filip.eval.probe.LinearProbe;
import dev.filip.eval.probe.ModelFeatures;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.NativeCache;
import dev.filip.tensor.Natives;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code filip eval probe}. */
@Command(
    name = "probe",
    mixinStandardHelpOptions = true,
    description =
        "Linear probe: logistic regression on frozen features, its C chosen on a validation split, judged on a test split. Features come from a model, or from .npy files.",
    footer = {
      "",
      "Example:",
      "  filip eval probe models/emoji-late data/emoji/google --test data/emoji/openmoji --shots 1,2,4",
      "  filip eval probe --features train.npy --labels train-labels.npy --test-features test.npy --test-labels test-labels.npy"
    })
final class ProbeCommand implements Callable<Integer> {
  @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "Model folder.")
  private @Nullable Path model;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TRAIN",
      description = "Labelled images: class folders, or shards with classes.")
  private @Nullable String train;

  @Option(
      names = "--validation",
      paramLabel = "V",
      description =
          "Images that choose C. Default: a seeded, stratified fifth of the training set.")
  private @Nullable String validation;

  @Option(names = "--test", paramLabel = "T", description = "Images that are judged.")
  private @Nullable String test;

  @Option(
      names = "--features",
      paramLabel = "F.npy",
      description = "Training features [rows, width] instead of MODEL and TRAIN.")
  private @Nullable Path features;

  @Option(
      names = "--labels",
      paramLabel = "L.npy",
      description = "Their classes [rows], whole numbers from 0 on.")
  private @Nullable Path labels;

  @Option(
      names = "--validation-features",
      paramLabel = "F.npy",
      description = "Features that choose C.")
  private @Nullable Path validationFeatures;

  @Option(names = "--validation-labels", paramLabel = "L.npy", description = "Their classes.")
  private @Nullable Path validationLabels;

  @Option(
      names = "--test-features",
      paramLabel = "F.npy",
      description = "Features that are judged.")
  private @Nullable Path testFeatures;

  @Option(names = "--test-labels", paramLabel = "L.npy", description = "Their classes.")
  private @Nullable Path testLabels;

  @Option(
      names = "--match",
      paramLabel = "WAY",
      description =
          "late (mean of the patches' vectors, [CLS] left out) or global ([CLS]). Default: as the model was trained.")
  private @Nullable Match match;

  @Option(
      names = "--shots",
      paramLabel = "K",
      split = ",",
      description =
          "Few-shot: so many training samples a class, several as 1,2,4,8,16. Default: all.")
  private List<Integer> shots = List.of();

  @Option(
      names = "--seeds",
      paramLabel = "SEED",
      split = ",",
      defaultValue = "1,2,3",
      description =
          "Draws of few-shot; the first also draws the fifth for validation. Default: ${DEFAULT-VALUE}.")
  private List<Long> seeds;

  @Option(
      names = "--c",
      paramLabel = "C",
      description = "Inverse regularisation, as scikit-learn's C. Default: by a sweep.")
  private @Nullable Double c;

  @Option(
      names = "--tolerance",
      defaultValue = "1e-4",
      description = "Largest entry of the gradient at which a fit ends. Default: ${DEFAULT-VALUE}.")
  private double tolerance;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Steps of L-BFGS at most. Default: ${DEFAULT-VALUE}.")
  private int iterations;

  @Option(
      names = "--solver",
      paramLabel = "SOLVER",
      defaultValue = "lbfgs",
      description = "lbfgs, or sgd as the paper's for ImageNet. Default: ${DEFAULT-VALUE}.")
  private LinearProbe.Solver solver;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "90",
      description = "Of SGD. Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "4096",
      description = "Of SGD. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.1",
      description =
          "Base learning rate of SGD, times the root of batch / 512. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Use at most N samples of each source, evenly spread. Default: all.")
  private int limit;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where features are kept. Default: FILIP_CACHE/features, or filip/features in the user's cache.")
  private @Nullable Path cache;

  @Mixin private PrecisionOption precision;
  @Mixin private ColumnOptions columns;
  @Mixin private Answer answer;

  @Override
  public Integer call() throws Exception {
    LinearProbe.Recipe recipe =
        new LinearProbe.Recipe(solver, c, tolerance, iterations, shots, seeds, epochs, batch, rate);
    answer.print(features == null ? ofModel(recipe) : ofFiles(features, recipe));
    return 0;
  }

  private ObjectNode ofFiles(Path train, LinearProbe.Recipe recipe) throws IOException {
    BadInput.require(
        model == null && this.train == null && test == null && validation == null,
        "--features",
        train,
        "given without MODEL, TRAIN, --validation and --test");
    Natives.load();
    Labelled given = pair("--features", train, "--labels", labels);
    Labelled judged = pair("--test-features", testFeatures, "--test-labels", testLabels);
    Labelled chosen =
        validationFeatures == null && validationLabels == null
            ? null
            : pair(
                "--validation-features",
                validationFeatures,
                "--validation-labels",
                validationLabels);
    LinearProbe.Sets sets = new LinearProbe.Sets(given, chosen, judged, List.of());
    return new LinearProbe(sets, recipe).run(Fingerprint.of("probe"), false).toJson();
  }

  private static Labelled pair(
      String name, @Nullable Path features, String labelsName, @Nullable Path labels)
      throws IOException {
    return Labelled.open(needed(name, features), needed(labelsName, labels));
  }

  private static <T> T needed(String name, @Nullable T value) {
    if (value == null) {
      throw BadInput.of(name, "nothing", "given");
    }
    return value;
  }

  private ObjectNode ofModel(LinearProbe.Recipe recipe) throws IOException {
    Path folder = needed("MODEL (or --features)", model);
    String trainSpec = needed("TRAIN", train);
    String testSpec = needed("--test", test);
    try (SampleSource trainSource = Sources.open(trainSpec, columns.options());
        SampleSource validationSource =
            validation == null ? null : Sources.open(validation, columns.options());
        SampleSource testSource = Sources.open(testSpec, columns.options());
        Filip filip = precision.openForMany(folder)) {
      ModelFeatures by =
          new ModelFeatures(filip.embedder(), match, cache == null ? standardCache() : cache);
      ModelFeatures.Made given = by.of(data(trainSource, trainSpec));
      ModelFeatures.Made chosen =
          validationSource == null || validation == null
              ? null
              : by.of(data(validationSource, validation));
      ModelFeatures.Made judged = by.of(data(testSource, testSpec));
      LinearProbe.Sets sets =
          new LinearProbe.Sets(
              given.rows(),
              chosen == null ? null : ModelFeatures.matched(chosen, given.classNames()),
              ModelFeatures.matched(judged, given.classNames()),
              given.classNames());
      Fingerprint print =
          Fingerprint.of("probe")
              .with("match", by.match().key())
              .with("preprocessing", Json.line(filip.embedder().preprocessing()))
              .with("train contents", given.contents())
              .with("validation contents", chosen == null ? "" : chosen.contents())
              .with("test contents", judged.contents());
      ObjectNode json = new LinearProbe(sets, recipe).run(print, false).toJson();
      json.put("match", by.match().key());
      ObjectNode skipped = json.putObject("skipped");
      skipped.set("train", new Skipped(given.skipped()).toJson());
      if (chosen != null) {
        skipped.set("validation", new Skipped(chosen.skipped()).toJson());
      }
      skipped.set("test", new Skipped(judged.skipped()).toJson());
      return json;
    }
  }

  private EvalData data(SampleSource source, String spec) {
    return new EvalData(source, spec, limit, false);
  }

  private static Path standardCache() {
    String named = System.getenv("FILIP_CACHE");
    return named == null || named.isBlank()
        ? NativeCache.userCache().resolve("filip").resolve("features")
        : Path.of(named, "features");
  }
}
