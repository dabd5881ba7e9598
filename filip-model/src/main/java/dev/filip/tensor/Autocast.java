package dev.filip.tensor;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Matrix products of this thread in the given precision until closed (by the same thread). {@code
 * FP32} and {@code INT8} switch autocast off.
 */
public final class Autocast implements AutoCloseable {
  private final ComputeDevice device;
  private final boolean enabledBefore;
  private final ScalarType typeBefore;

  /** Starts it. */
  public Autocast(ComputeDevice device, Precision precision) {
    this.device = device;
    DeviceType type = device.autocast();
    enabledBefore = torch.is_autocast_enabled(type);
    typeBefore = torch.get_autocast_dtype(type);
    torch.increment_nesting();
    boolean lower = precision.type() != ScalarType.Float;
    if (lower) {
      torch.set_autocast_dtype(type, precision.type());
    }
    torch.set_autocast_enabled(type, lower);
  }

  @Override
  public void close() {
    torch.set_autocast_enabled(device.autocast(), enabledBefore);
    torch.set_autocast_dtype(device.autocast(), typeBefore);
    if (torch.decrement_nesting() == 0) {
      torch.clear_cache();
    }
  }
}
