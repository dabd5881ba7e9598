package dev.filip.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceGuardImplInterface;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.EventFlag;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Copies to a device that nobody waits for: they run on a stream of their own beside the device's
 * work, from page-locked memory, and the work that needs them waits on the device. For the CPU
 * there is nothing to copy and nothing to wait for, so the same code runs there. Used by one
 * thread; what was sent may be awaited by any.
 */
public final class CopyQueue implements AutoCloseable {
  private final ComputeDevice device;
  private final Kept owned = new Kept();
  private final @Nullable DeviceGuardImplInterface streams;
  private final @Nullable Stream stream;

  /** Of this process's GPU, or none. */
  public CopyQueue(ComputeDevice device) {
    this.device = device;
    if (!device.hasStreams()) {
      streams = null;
      stream = null;
      return;
    }
    try (var _ = new StepScope()) {
      streams = owned.add(torch.getDeviceGuardImpl(device.type()));
      stream = owned.add(streams.getStreamFromGlobalPool(streams.getDevice(), false));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /**
   * Memory to send from, page-locked where there is a device; of the open scope. libtorch takes it
   * back only when its copy is done, so it may be freed as soon as it was sent.
   */
  public Tensor memory(ScalarType type, long... shape) {
    TensorOptions options = new TensorOptions(type);
    if (device.hasStreams()) {
      options = options.pinned_memory(new BoolOptional(true));
    }
    return torch.empty(shape, options, new MemoryFormatOptional());
  }

  /**
   * Starts a copy.
   *
   * @param host what {@link #memory} gave, not written to any more
   */
  public Sent send(Tensor host) {
    DeviceGuardImplInterface guard = streams;
    Stream own = stream;
    if (guard == null || own == null) {
      return new Sent(device.send(host), null, null);
    }
    try (var _ = new StepScope()) {
      Stream before = guard.exchangeStream(own);
      try {
        Tensor there =
            host.to(device.device(), host.scalar_type(), true, false, new MemoryFormatOptional());
        return new Sent(there, guard, recorded(guard, own, there));
      } finally {
        guard.exchangeStream(before);
      }
    }
  }

  /** A mark behind the copy on its stream. */
  private static Pointer recorded(DeviceGuardImplInterface guard, Stream own, Tensor there) {
    PointerPointer<Pointer> event = new PointerPointer<>(1);
    event.put(0, (Pointer) null);
    guard.record(event, own, index(there), EventFlag.PYTORCH_DEFAULT);
    return event.get(0);
  }

  private static byte index(Tensor there) {
    return there.device().index();
  }

  @Override
  public void close() {
    owned.close();
  }

  /** A tensor on its way to the device. */
  public static final class Sent implements AutoCloseable {
    private final Kept owned = new Kept();
    private final Tensor there;
    private final @Nullable DeviceGuardImplInterface guard;
    private final @Nullable Pointer event;

    private Sent(Tensor there, @Nullable DeviceGuardImplInterface guard, @Nullable Pointer event) {
      this.there = owned.add(there);
      this.guard = guard;
      this.event = event;
    }

    /**
     * The tensor on the device; what the calling thread asks of the device from now on runs after
     * the copy. Borrowed.
     */
    public Tensor arrived() {
      if (guard != null && event != null) {
        try (var _ = new StepScope()) {
          Stream current = guard.getStream(there.device());
          guard.block(event, current);
          there.record_stream(current); // its memory is another stream's
        }
      }
      return there;
    }

    /** Frees it, when the work that was asked for is done with it. */
    @Override
    public void close() {
      if (guard != null && event != null) {
        try (var _ = new StepScope()) {
          guard.destroyEvent(event, index(there));
        }
      }
      owned.close();
    }
  }
}
