package dev.filip.model;

import dev.filip.config.Finetune;
import dev.filip.config.Finetune.Lora;
import dev.filip.config.Finetune.Target;
import dev.filip.config.Finetune.Tower;
import dev.filip.config.ModelConfig;
import dev.filip.folder.Layout;
import dev.filip.io.BadInput;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Takes parameters out of training and adds adapters, as a {@link Finetune} says. */
final class Tuning {
  private final Finetune finetune;
  private final ParameterMap parameters;
  private final Initialiser initialiser;

  Tuning(Finetune finetune, ParameterMap parameters, ModelConfig config, long seed) {
    this.finetune = finetune;
    this.parameters = parameters;
    this.initialiser = new Initialiser(config, seed);
  }

  /** Changes the parameters of a CPU model. */
  void apply() {
    List.copyOf(parameters.names()).stream().filter(this::keeps).forEach(parameters::keep);
    finetune
        .lora()
        .ifPresent(lora ->
            List.copyOf(parameters.names()).stream()
                .filter(name -> adapts(lora, name))
                .forEach(name -> adapt(lora, name)));
  }

  private boolean keeps(String name) {
    Optional<Tower> tower = tower(name);
    return tower.isPresent()
        && (name.equals(Layout.IMAGE_PROJECTION) || name.equals(Layout.TEXT_PROJECTION)
            ? finetune.keepsProjection(tower.get())
            : finetune.isLocked(tower.get()) || finetune.hasAdapters(tower.get()));
  }

  /** The tower a parameter belongs to; the log-scale belongs to none. */
  static Optional<Tower> tower(String name) {
    if (name.startsWith("vision_") || name.startsWith("visual_")) {
      return Optional.of(Tower.IMAGE);
    }
    return name.startsWith("text_") ? Optional.of(Tower.TEXT) : Optional.empty();
  }

  private static boolean adapts(Lora lora, String name) {
    return tower(name).filter(lora.towers()::contains).isPresent()
        && lora.targets().stream()
            .map(Target::module)
            .anyMatch(module -> name.matches(".*\\.layers\\.\\d+\\." + module + "\\.weight"));
  }

  /** A as Kaiming's uniform with a = sqrt 5 (PEFT's), B 0: the change begins at 0. */
  private void adapt(Lora lora, String name) {
    try (var _ = new StepScope()) {
      Tensor weight = parameters.get(name);
      long out = weight.size(0);
      long in = weight.size(1);
      BadInput.require(
          lora.rank() <= Math.min(in, out),
          "finetune.lora.rank",
          lora.rank(),
          "at most " + Math.min(in, out) + ", the smaller side of " + name);
      long[] shape = {lora.rank(), in};
      float[] values = initialiser.adapter(ParameterMap.part(name, "lora_A"), shape);
      Tensor a = Tensors.fromFloats(values, shape);
      Tensor b = torch.zeros(out, lora.rank());
      parameters.adapt(name, a, b, lora.scale(), ComputeDevice.CPU);
    }
  }
}
