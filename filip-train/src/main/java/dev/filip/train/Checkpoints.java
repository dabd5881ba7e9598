package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.checkpoint.ModelFolder;
import dev.filip.checkpoint.Safetensors;
import dev.filip.config.TextBehaviour;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.model.ParameterMap;
import dev.filip.optim.Optimizer;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code checkpoints/step-NNNNNN/}: {@code model/} (a model folder), {@code optimizer.safetensors},
 * {@code state.json}, {@code adapters.safetensors} where there are adapters, and {@code
 * checksums.json} of them all. Each appears whole, by a rename; the newest {@code keep} stay, and
 * an old one goes only after a newer one is there.
 */
final class Checkpoints {
  /** Writes the current model into a new folder. */
  interface ModelWriter {
    void write(Path folder) throws IOException;
  }

  private static final String PREFIX = "step-";
  private static final String MOMENTS = "optimizer.safetensors";
  private static final String ADAPTERS = "adapters.safetensors";
  private static final String SET_ASIDE = ".damaged";

  /** Of a model's folder; what reads them has a default for what is not there. */
  private static final List<String> JSON =
      List.of("preprocessor_config.json", "tokenizer_config.json", "special_tokens_map.json");

  private final Path root;
  private final int keep;

  Checkpoints(Path root, int keep) {
    this.root = root;
    this.keep = keep;
  }

  /** Writes one and drops the oldest beyond {@code keep}. */
  void write(RunState state, ModelWriter model, Optimizer optimizer, ParameterMap parameters)
      throws IOException {
    Outputs.folder(
        folder(state.step()),
        fresh -> {
          model.write(Files.createDirectory(fresh.resolve("model")));
          try (var _ = new StepScope()) {
            Safetensors.write(fresh.resolve(MOMENTS), optimizer.state(), Map.of());
            if (!parameters.adapters().isEmpty()) {
              Safetensors.write(fresh.resolve(ADAPTERS), parameters.adapterState(), Map.of());
            }
          }
          byte[] json = Json.pretty(state.toJson()).getBytes(StandardCharsets.UTF_8);
          Files.write(fresh.resolve(RunState.FILE), json);
          Checksums.write(fresh);
        });
    List<Path> all = all();
    for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
      Outputs.remove(old);
    }
  }

  private Path folder(long step) {
    return root.resolve(String.format(Locale.ROOT, "%s%06d", PREFIX, step));
  }

  /** All, oldest first. */
  private List<Path> all() throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(path -> isName(path.getFileName().toString()))
          .sorted(Comparator.comparingLong(Checkpoints::step))
          .toList();
    }
  }

  /** Whether a checkpoint may be called so. */
  static boolean isName(String name) {
    return name.matches(PREFIX + "\\d{1,18}");
  }

  private static long step(Path folder) {
    return Long.parseLong(folder.getFileName().toString().substring(PREFIX.length()));
  }

  /** The newest, if any; it is not looked into. */
  Optional<Path> latest() {
    List<Path> all = listed();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  private List<Path> listed() {
    try {
      return all();
    } catch (IOException e) {
      throw new BadInput("cannot read " + root + ": " + TrainingStopped.reason(e), e);
    }
  }

  /**
   * The newest that is whole, if there is any checkpoint; reads every byte of it. Damaged ones that
   * are newer are renamed to {@code step-NNNNNN.damaged}, so that they neither count among those
   * that stay nor are gone on with, and said.
   *
   * @throws BadInput where all are damaged; they stay as they are
   */
  Optional<Path> newestWhole(Consumer<String> log) {
    List<Path> newestFirst = listed().reversed();
    Map<Path, String> damaged = new LinkedHashMap<>();
    for (Path checkpoint : newestFirst) {
      Optional<String> damage = damage(checkpoint);
      if (damage.isEmpty()) {
        damaged.forEach((newer, why) -> setAside(newer, why, checkpoint, log));
        return Optional.of(checkpoint);
      }
      damaged.put(checkpoint, damage.get());
    }
    if (damaged.isEmpty()) {
      return Optional.empty();
    }
    throw new BadInput(
        "no checkpoint in "
            + root
            + " is whole, the newest is damaged: "
            + newestFirst.getFirst().getFileName()
            + ": "
            + damaged.get(newestFirst.getFirst())
            + "; --force starts anew");
  }

  private static void setAside(Path damaged, String why, Path whole, Consumer<String> log) {
    Path aside = Outputs.nextFree(damaged.resolveSibling(damaged.getFileName() + SET_ASIDE));
    try {
      Files.move(damaged, aside, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new BadInput(
          "checkpoint "
              + damaged
              + " is damaged ("
              + why
              + ") and cannot be renamed: "
              + TrainingStopped.reason(e),
          e);
    }
    log.accept(
        "checkpoint "
            + damaged
            + " is damaged: "
            + why
            + "; it is now "
            + aside.getFileName()
            + ", and the run goes on from "
            + whole.getFileName());
  }

  /** What is wrong with a checkpoint, in a few words; empty where it is whole. */
  static Optional<String> damage(Path checkpoint) {
    if (Files.exists(checkpoint.resolve(Checksums.FILE))) {
      return Checksums.damage(checkpoint);
    }
    try (var _ = new StepScope()) {
      Path state = checkpoint.resolve(RunState.FILE);
      if (!Files.isRegularFile(state)) {
        return Optional.of(RunState.FILE + " is missing");
      }
      if (RunState.hasChecksums(state)) {
        return Optional.of(Checksums.FILE + " is missing");
      }
      requireReadable(checkpoint, RunState.read(state));
      return Optional.empty();
    } catch (BadInput e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** An older one, without checksums: as far as its files tell themselves. */
  private static void requireReadable(Path checkpoint, RunState state) {
    BadInput.require(state.step() == step(checkpoint), "step", state.step(), "that of its name");
    int random = state.random().length;
    BadInput.require(
        random == RunState.Generator.get().length, "random", random, "as long as ours");
    Safetensors.open(checkpoint.resolve(MOMENTS)).close();
    if (state.config().at("/finetune/lora").isObject()) {
      Safetensors.open(checkpoint.resolve(ADAPTERS)).close();
    }
    Path model = checkpoint.resolve("model");
    ModelFolder.load(model).close();
    BpeTokenizer.load(model, TextBehaviour.TRANSFORMERS);
    for (String name : JSON) {
      JsonNode json = Json.read(model.resolve(name));
      BadInput.require(json.isObject() && !json.isEmpty(), name, json, "an object");
    }
  }

  /** For error messages: where to go on from. */
  String lastGood() {
    return latest()
        .map(path -> "last good checkpoint: " + path)
        .orElse("there is no checkpoint yet");
  }

  /** Copies moments back and sets the count of updates. */
  static void restore(Path checkpoint, Optimizer optimizer, long updates) {
    try (var _ = new StepScope()) {
      copy(checkpoint.resolve(MOMENTS), optimizer.state());
    }
    optimizer.resumeAt(updates);
  }

  /** Parts matrices that were written with their adapters merged; nothing without adapters. */
  static void restoreAdapters(Path checkpoint, ParameterMap parameters) {
    if (!parameters.adapters().isEmpty()) {
      copy(checkpoint.resolve(ADAPTERS), parameters.adapterState());
    }
  }

  private static void copy(Path file, Map<String, Tensor> live) {
    try (var _ = new StepScope();
        var _ = GradMode.off();
        Safetensors saved = Safetensors.open(file)) {
      for (Map.Entry<String, Tensor> entry : live.entrySet()) {
        if (!saved.tensors().containsKey(entry.getKey())) {
          throw new BadInput(
              file + " lacks " + entry.getKey() + ": it was written for another model");
        }
        entry.getValue().copy_(saved.tensor(entry.getKey()));
      }
    }
  }
}
