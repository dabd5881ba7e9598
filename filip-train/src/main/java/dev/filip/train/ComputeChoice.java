package dev.filip.train;

import dev.filip.config.ModelConfig;
import dev.filip.config.RunConfig;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Devices;
import dev.filip.tensor.PrecisionChooser;
import java.util.function.Consumer;

/** Precision and device of a run, with the reasons said. */
final class ComputeChoice {
  private ComputeChoice() {}

  static Compute of(RunConfig config, ModelConfig model, Consumer<String> log) {
    Devices.Chosen device = Devices.choose(config.device());
    log.accept(device.why());
    PrecisionChooser.Chosen precision =
        PrecisionChooser.choose(config.precision(), device.device(), model);
    log.accept(precision.why());
    return new Compute(precision.precision(), device.device());
  }
}
