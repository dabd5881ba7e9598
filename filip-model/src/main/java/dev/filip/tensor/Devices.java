package dev.filip.tensor;

import dev.filip.config.RunConfig.DeviceChoice;
import dev.filip.io.BadInput;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/** Chooses the device. */
public final class Devices {
  private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

  private Devices() {}

  /**
   * Leaves this process one GPU of its machine, by number among those that the user has left it.
   * Before the native libraries are loaded.
   */
  public static void onlyGpu(int number) {
    NativeEnvironment.set(VISIBLE, gpu(NativeEnvironment.get(VISIBLE), number));
  }

  /** Where one is left, a launcher has chosen it for this process; where too few are, none is. */
  static String gpu(Optional<String> visible, int number) {
    if (visible.isEmpty()) {
      return Integer.toString(number);
    }
    String[] left = visible.get().split(",", -1);
    return left.length == 1 ? left[0] : number < left.length ? left[number].strip() : "-1";
  }

  /** A device and why it was chosen: one line for the user. */
  public record Chosen(ComputeDevice device, String why) {}

  /** {@code auto} takes CUDA where this build of libtorch has it and a GPU answers. */
  public static Chosen choose(DeviceChoice choice) {
    Natives.load();
    return choose(choice, torch.cuda_is_available());
  }

  static Chosen choose(DeviceChoice choice, boolean cuda) {
    return switch (choice) {
      case CPU -> new Chosen(ComputeDevice.CPU, "device cpu: asked for");
      case CUDA -> {
        BadInput.require(
            cuda, "device", "cuda", "cpu or auto: no GPU answers to this build of libtorch");
        yield new Chosen(ComputeDevice.CUDA, "device cuda: asked for");
      }
      case AUTO ->
          cuda
              ? new Chosen(ComputeDevice.CUDA, "device cuda: a GPU answers")
              : new Chosen(ComputeDevice.CPU, "device cpu: no GPU answers to this libtorch");
    };
  }
}
