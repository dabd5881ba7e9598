package dev.filip.tensor;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Matrix products of this thread in the given precision until closed (by the same thread). {@code
 * FP32} and {@code INT8} switch autocast off.
 */
public final class Autocast implements AutoCloseable {
  private final DeviceType device;
  private final boolean enabledBefore;
  private final ScalarType typeBefore;

  /** Starts it. */
  public Autocast(ComputeDevice device, Precision precision) {
    this.device = device.type();
    enabledBefore = torch.is_autocast_enabled(this.device);
    typeBefore = torch.get_autocast_dtype(this.device);
    torch.increment_nesting();
    boolean lower = precision.type() != ScalarType.Float;
    if (lower) {
      torch.set_autocast_dtype(this.device, precision.type());
    }
    torch.set_autocast_enabled(this.device, lower);
  }

  @Override
  public void close() {
    torch.set_autocast_enabled(device, enabledBefore);
    torch.set_autocast_dtype(device, typeBefore);
    if (torch.decrement_nesting() == 0) {
      torch.clear_cache();
    }
  }
}
