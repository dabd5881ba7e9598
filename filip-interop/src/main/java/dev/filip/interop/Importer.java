package dev.filip.interop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.config.Interaction;
import dev.filip.config.ModelConfig;
import dev.filip.config.TextPooling;
import dev.filip.folder.Layout;
import dev.filip.interop.ImportPlan.Computed;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.model.FilipModel;
import dev.filip.tensor.Natives;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Brings weights of another program into a model folder: recognised, checked tensor by tensor,
 * converted one at a time (memory: one model and one tensor), written beside and renamed.
 */
public final class Importer {
  private static final List<String> PROJECTIONS =
      List.of("visual_projection.weight", "text_projection.weight");

  private final Path source;
  private final ImportedFrom from;
  private final ForeignModel foreign;
  private final ImportPlan plan;
  private final ImportOptions options;
  private final ModelConfig config;
  private final Map<String, TensorRule> byOurs = new HashMap<>();
  private final Map<String, Computed> computed = new HashMap<>();
  private final Map<String, String> fresh = new LinkedHashMap<>();

  private Importer(ImportedFrom from, ForeignModel foreign, ImportOptions options) {
    this.source = from.path();
    this.from = from;
    this.foreign = foreign;
    this.options = options;
    ImportPlan full = foreign.plan(options);
    fresh.putAll(full.fresh());
    this.config = wished(full.config(), options);
    this.plan = full.config().embedDim() == config.embedDim() ? full : replaced(full);
    plan.rules().forEach(rule -> rule.ours().forEach(name -> byOurs.put(name, rule)));
    plan.computed().forEach(c -> computed.put(c.ours(), c));
  }

  /** Imports what lies at a path. */
  public static ImportReport run(
      Path source,
      Path out,
      ImportOptions options,
      BiFunction<PixelSource, ModelConfig, JsonNode> pixels)
      throws IOException {
    return run(ImportedFrom.of(source), out, options, pixels);
  }

  /**
   * Imports.
   *
   * @param from is kept in the model folder's provenance
   * @param pixels makes {@code preprocessor_config.json} of what the source says; given the model,
   *     too, so that it can refuse what does not fit
   * @throws BadInput for a source that cannot be brought in whole
   */
  public static ImportReport run(
      ImportedFrom from,
      Path out,
      ImportOptions options,
      BiFunction<PixelSource, ModelConfig, JsonNode> pixels)
      throws IOException {
    Natives.load();
    ForeignModel foreign = SourceDetection.open(from.path(), options);
    try (WeightSet weights = foreign.weights()) {
      return new Importer(from, foreign, options).write(out, weights, pixels);
    }
  }

  private static ModelConfig wished(ModelConfig own, ImportOptions options) {
    return own.withEmbedDim(options.embedDim() > 0 ? options.embedDim() : own.embedDim())
        .withInteraction(options.interaction().orElse(own.interaction()));
  }

  /** The plan with new projections in place of the source's. */
  private ImportPlan replaced(ImportPlan full) {
    Map<String, String> leftOut = new HashMap<>(full.leftOut());
    List<TensorRule> rules = new ArrayList<>();
    for (TensorRule rule : full.rules()) {
      if (PROJECTIONS.contains(rule.ours().getFirst())) {
        leftOut.put(rule.theirs(), "another width was asked for");
      } else {
        rules.add(rule);
      }
    }
    String widths = config.embedDim() + " of " + full.config().embedDim();
    PROJECTIONS.forEach(
        name -> fresh.put(name, "newly initialised: " + widths + ": train before use"));
    return new ImportPlan(
        full.config(),
        rules,
        full.computed(),
        leftOut,
        full.trained(),
        full.tokenizer(),
        full.pooling(),
        full.pixels(),
        full.notes());
  }

  private ImportReport write(
      Path out, WeightSet weights, BiFunction<PixelSource, ModelConfig, JsonNode> pixels)
      throws IOException {
    Map<String, long[]> layout = Layout.of(config);
    Set<String> used = TensorAccounts.check(plan, weights, layout);
    JsonNode preprocessor = pixels.apply(plan.pixels(), config);
    ImportedTokenizer tokenizer =
        ImportedTokenizer.of(source, options.tokenizer().or(plan::tokenizer), plan, config);
    foreign.agrees(options, tokenizer.tokenizer());
    TextPooling pooling = tokenizer.pooling(plan, config);
    ModelConfig made = config.with(config.vision(), config.text().withPooling(pooling));
    ImportReport report = report(out, weights, made, used, tokenizer.notes(made));
    try (Progress progress = new Progress("importing " + foreign.kind(), layout.size());
        FilipModel model =
            FilipModel.of(
                made,
                (name, shape) -> {
                  progress.step();
                  return finite(name, ours(name, shape, weights));
                })) {
      Outputs.folder(
          out,
          folder -> {
            ModelFolder.write(
                folder, model, tokenizer.tokenizer(), preprocessor, report.provenance());
            tokenizer.carry(folder);
          });
    }
    return report;
  }

  private Tensor ours(String name, long[] shape, WeightSet weights) {
    if (fresh.containsKey(name)) {
      return FilipModel.initial(config, options.seed(), name, shape);
    }
    Computed several = computed.get(name);
    if (several != null) {
      return several.make().apply(weights::tensor);
    }
    TensorRule rule = byOurs.get(name);
    if (rule == null) {
      throw new IllegalStateException("no rule for " + name);
    }
    return rule.toOurs(name, weights.tensor(rule.theirs())).reshape(shape);
  }

  private Tensor finite(String name, Tensor tensor) {
    Tensor full = tensor.to(ScalarType.Float);
    if (!full.isfinite().all().item_bool()) {
      throw new BadInput(source + ": " + name + " would hold numbers that are not finite");
    }
    return full;
  }

  private ImportReport report(
      Path out, WeightSet weights, ModelConfig made, Set<String> used, List<String> words)
      throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    for (Path file : weights.files()) {
      files.put(file.getFileName().toString(), Digests.sha256(file));
    }
    return new ImportReport(
        from,
        foreign.kind(),
        files,
        out,
        made,
        weights.names().size(),
        used.size(),
        Layout.of(made).size(),
        plan.leftOut(),
        fresh,
        plan.trained(),
        Stream.of(weights.notes(), plan.notes(), words).flatMap(List::stream).toList(),
        warnings());
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!plan.fresh().isEmpty()) {
      warnings.add(plan.fresh().size() + " tensors are newly initialised: train before use");
    } else if (!fresh.isEmpty()) {
      warnings.add(
          "projections newly initialised: "
              + config.embedDim()
              + " of "
              + foreign.plan(options).config().embedDim()
              + ": train before use");
    }
    if (config.interaction().usesTokens() && plan.trained() == Interaction.GLOBAL) {
      warnings.add(
          "late interaction on weights trained globally: their patches and words were never"
              + " compared: train before use");
    }
    if (config.interaction() == Interaction.GLOBAL && plan.trained() == Interaction.LATE) {
      warnings.add("global comparison of weights trained late: train before use");
    }
    return warnings;
  }

  /** Every tensor of a source is used, left out for a reason, or the end of the import. */
  private static final class TensorAccounts {
    private static final int NAMED = 12;

    private final WeightSet weights;
    private final Map<String, long[]> layout;
    private final List<String> missing = new ArrayList<>();
    private final List<String> misshaped = new ArrayList<>();
    private final Set<String> used = new HashSet<>();

    private TensorAccounts(WeightSet weights, Map<String, long[]> layout) {
      this.weights = weights;
      this.layout = layout;
    }

    /**
     * Checks.
     *
     * @param layout shapes of ours by name
     * @return names of theirs that are used
     * @throws BadInput with the lists of missing, misshaped and unexpected tensors
     */
    static Set<String> check(ImportPlan plan, WeightSet weights, Map<String, long[]> layout) {
      TensorAccounts accounts = new TensorAccounts(weights, layout);
      plan.rules().forEach(accounts::rule);
      plan.computed().forEach(accounts::computed);
      List<String> unexpected =
          weights.names().stream()
              .filter(name -> !accounts.used.contains(name) && !plan.leftOut().containsKey(name))
              .toList();
      List<String> problems = new ArrayList<>();
      report(problems, "missing", accounts.missing);
      report(problems, "misshaped", accounts.misshaped);
      report(problems, "unexpected", unexpected);
      if (!problems.isEmpty()) {
        throw new BadInput(weights.said() + " does not fit: " + String.join("; ", problems));
      }
      return accounts.used;
    }

    private void rule(TensorRule rule) {
      WeightSet.TensorShape found = weights.find(rule.theirs());
      used.add(rule.theirs());
      long[] wanted = rule.theirShape(layout);
      if (found == null) {
        missing.add(rule.theirs());
      } else if (!found.floating() || !found.fits(wanted)) {
        misshaped.add(rule.theirs() + " " + found + " not " + java.util.Arrays.toString(wanted));
      }
    }

    private void computed(Computed computed) {
      for (String name : computed.theirs()) {
        used.add(name);
        if (!weights.has(name)) {
          missing.add(name);
        }
      }
    }

    private static void report(List<String> problems, String what, List<String> names) {
      if (!names.isEmpty()) {
        String some = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
        String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
        problems.add(names.size() + " " + what + ": " + some + more);
      }
    }
  }
}
