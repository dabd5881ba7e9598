package dev.filip.tensor;

import org.bytedeco.pytorch.Device;
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

  /** libtorch's object, owned by the calling thread's scope. */
  public Device device() {
    return new Device(type);
  }
}
