package dev.filip.train;

import dev.filip.checkpoint.Safetensors;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.model.ParameterMap;
import dev.filip.optim.Optimizer;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code checkpoints/step-NNNNNN/}: {@code model/} (a model folder), {@code optimizer.safetensors},
 * {@code state.json}, and {@code adapters.safetensors} where there are adapters. Each appears
 * whole, by a rename; the newest {@code keep} stay, and an old one goes only after a newer one is
 * there.
 */
final class Checkpoints {
  /** Writes the current model as a model folder. */
  interface ModelWriter {
    void write(Path folder) throws IOException;
  }

  private static final String PREFIX = "step-";
  private static final String MOMENTS = "optimizer.safetensors";
  private static final String ADAPTERS = "adapters.safetensors";
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
          model.write(fresh.resolve("model"));
          try (var _ = new StepScope()) {
            Safetensors.write(fresh.resolve(MOMENTS), optimizer.state(), Map.of());
            if (!parameters.adapters().isEmpty()) {
              Safetensors.write(fresh.resolve(ADAPTERS), parameters.adapterState(), Map.of());
            }
          }
          Path file = fresh.resolve("state.json");
          Files.write(file, Json.pretty(state.toJson()).getBytes(StandardCharsets.UTF_8));
          Outputs.sync(file);
        });
    List<Path> all = all();
    for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
      Outputs.delete(old);
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
          .filter(path -> path.getFileName().toString().matches(PREFIX + "\\d+"))
          .sorted(java.util.Comparator.comparingLong(Checkpoints::step))
          .toList();
    }
  }

  private static long step(Path folder) {
    return Long.parseLong(folder.getFileName().toString().substring(PREFIX.length()));
  }

  /** The newest, if any. */
  Optional<Path> latest() {
    try {
      List<Path> all = all();
      return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    } catch (IOException e) {
      throw new BadInput("cannot read " + root + ": " + TrainingStopped.reason(e), e);
    }
  }

  /** For error messages: where to go on from. */
  String lastGood() {
    return latest()
        .map(path -> "last good checkpoint: " + path)
        .orElse("there is no checkpoint yet");
  }

  /** Copies moments back and sets the count of updates. */
  static void restore(Path checkpoint, Optimizer optimizer, long steps) {
    try (var _ = new StepScope()) {
      copy(checkpoint.resolve(MOMENTS), optimizer.state());
    }
    optimizer.resumeAt(steps);
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
