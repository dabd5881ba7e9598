package dev.filip.train;

import dev.filip.config.RunConfig;
import dev.filip.config.RunConfig.PrecisionChoice;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Devices;
import dev.filip.tensor.Precision;
import java.util.function.Consumer;

/** Precision and device of a run, with the reasons said. */
final class ComputeChoice {
  private ComputeChoice() {}

  static Compute of(RunConfig config, Consumer<String> log) {
    Devices.Chosen device = Devices.choose(config.device());
    log.accept(device.why());
    Precision precision =
        config.precision() == PrecisionChoice.AUTO
            ? Precision.FP32
            : Precision.valueOf(config.precision().name());
    return new Compute(precision, device.device());
  }
}
