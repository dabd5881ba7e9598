package dev.filip.tensor;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Where the towers run. */
public enum ComputeDevice {
  CPU(DeviceType.CPU),
  CUDA(DeviceType.CUDA),
  /**
   * libtorch's tensors with shapes, types and a device, but without numbers, which go a GPU's way:
   * what is left in ordinary memory by mistake, or would wait for a number, is refused. For proofs
   * without a GPU: no setting chooses it.
   */
  META(DeviceType.Meta);

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

  /** Whose autocast is meant; tensors without numbers have none, and are left as they are. */
  DeviceType autocast() {
    return this == META ? DeviceType.CUDA : type;
  }

  /** Whether work is put in line on streams, and memory to send from is page-locked. */
  boolean hasStreams() {
    return this == CUDA;
  }

  /**
   * A CPU tensor's copy there, for which nothing waits: neither the caller for the device nor the
   * device for the caller. On the CPU the tensor itself; of the open scope.
   */
  public Tensor send(Tensor t) {
    if (isCpu()) {
      return t;
    }
    Tensor from = hasStreams() ? t.pin_memory() : t;
    return from.to(device(), t.scalar_type(), true, false, new MemoryFormatOptional());
  }

  /** libtorch's object, owned by the calling thread's scope. */
  public Device device() {
    return new Device(type);
  }
}
