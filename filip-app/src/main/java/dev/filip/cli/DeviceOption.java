package dev.filip.cli;

import dev.filip.config.RunConfig.DeviceChoice;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Devices;
import picocli.CommandLine.Option;

/** The {@code --device} option of commands that encode. */
final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "cpu",
      description =
          "Where the towers compute: cpu, cuda, or auto, which takes a GPU where one answers. Default: ${DEFAULT-VALUE}.")
  private DeviceChoice device;

  /** Whether the CPU was asked for, as it is where nothing was. */
  boolean isPlain() {
    return device == DeviceChoice.CPU;
  }

  /** The device; a choice that needs words gets a line on standard error. */
  ComputeDevice choose() {
    if (isPlain()) {
      return ComputeDevice.CPU;
    }
    Devices.Chosen choice = Devices.choose(device);
    System.err.println(choice.why());
    return choice.device();
  }
}
