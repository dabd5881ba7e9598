package dev.filip.tensor;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Where the towers run. */
public enum ComputeDevice {
  CPU(DeviceType.CPU),
  CUDA(DeviceType.CUDA);

  private final DeviceType type;

  ComputeDevice(DeviceType type) {
    this.type = type;
  }

  DeviceType type() {
    return type;
  }

  /** Whether tensors lie in ordinary memory. */
  public boolean isCpu() {
    return this == CPU;
  }

  /**
   * A CPU tensor's copy there, for which nothing waits: neither the caller for the device nor the
   * device for the caller. On the CPU the tensor itself; of the open scope.
   */
  public Tensor send(Tensor t) {
    return isCpu()
        ? t
        : t.pin_memory().to(device(), t.scalar_type(), true, false, new MemoryFormatOptional());
  }

  /** libtorch's object, owned by the calling thread's scope. */
  public Device device() {
    return new Device(type);
  }
}
