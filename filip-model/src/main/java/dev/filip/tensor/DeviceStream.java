package dev.filip.tensor;

import java.util.function.LongConsumer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceGuardImplInterface;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.EventFlag;
import org.jspecify.annotations.Nullable;

/**
 * The order of a device's work, for libraries beside libtorch that put work of their own into it.
 * On the CPU everything is done when it is asked for, and the same code runs. Thread-safe.
 * <b>Untried</b>: no GPU has run it.
 */
public final class DeviceStream implements AutoCloseable {
  private final Kept owned = new Kept();
  private final @Nullable DeviceGuardImplInterface guard;
  private final @Nullable Device here;
  private final @Nullable Stream side;

  /** Of this process's GPU, or none. */
  public DeviceStream(ComputeDevice device) {
    if (!device.hasStreams()) {
      guard = null;
      here = null;
      side = null;
      return;
    }
    try (var _ = new StepScope()) {
      guard = owned.add(torch.getDeviceGuardImpl(device.type()));
      here = owned.add(guard.getDevice()); // with its number
      side = owned.add(guard.getStreamFromGlobalPool(here, false));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /** Makes the device the calling thread's, for libraries that take the current one. */
  public void enter() {
    if (guard != null && here != null) {
      guard.setDevice(here);
    }
  }

  /**
   * Puts work in line behind what the calling thread has asked of the device, and before what it
   * asks for next.
   *
   * @param work takes the stream's native handle (cudaStream_t), 0 on the CPU
   * @return a mark behind it
   */
  public Mark inLine(Tensor of, LongConsumer work) {
    if (guard == null) {
      work.accept(0);
      return new Mark(null, (byte) 0);
    }
    try (var _ = new StepScope()) {
      return put(guard, guard.getStream(of.device()), of, work);
    }
  }

  /**
   * Puts work behind what the calling thread has asked of the device so far, but beside what it
   * asks for next, until that {@link Mark#await awaits} it. The memory of {@code of} is not given
   * to others before it is done.
   */
  public Mark beside(Tensor of, LongConsumer work) {
    if (guard == null || side == null) {
      return inLine(of, work);
    }
    try (var _ = new StepScope()) {
      Stream current = guard.getStream(of.device());
      try (Mark soFar = put(guard, current, of, handle -> {})) {
        soFar.block(side);
      }
      of.record_stream(side);
      return put(guard, side, of, work);
    }
  }

  private Mark put(DeviceGuardImplInterface with, Stream stream, Tensor of, LongConsumer work) {
    Pointer handle = with.getStreamNativeHandle(stream);
    work.accept(handle == null || handle.isNull() ? 0 : handle.address());
    PointerPointer<Pointer> event = new PointerPointer<>(1);
    event.put(0, (Pointer) null);
    byte index = of.device().index();
    with.record(event, stream, index, EventFlag.PYTORCH_DEFAULT);
    return new Mark(event.get(0), index);
  }

  @Override
  public void close() {
    owned.close();
  }

  /** A place in the device's work. Thread-safe; closed before its stream. */
  public final class Mark implements AutoCloseable {
    private final byte index;
    private @Nullable Pointer event;

    private Mark(@Nullable Pointer event, byte index) {
      this.event = event;
      this.index = index;
    }

    /** Whether the device has come past it; does not wait. */
    public synchronized boolean passed() {
      Pointer at = event;
      return at == null || guard == null || guard.queryEvent(at);
    }

    /** What the calling thread asks of the device from now on runs behind it; does not wait. */
    public void await(Tensor of) {
      if (guard != null) {
        try (var _ = new StepScope()) {
          block(guard.getStream(of.device()));
        }
      }
    }

    private synchronized void block(Stream stream) {
      Pointer at = event;
      if (at != null && guard != null) {
        guard.block(at, stream);
      }
    }

    /** Whoever awaits a closed mark waits for nothing: it is closed when it is passed. */
    @Override
    public synchronized void close() {
      Pointer at = event;
      event = null;
      if (at != null && guard != null) {
        guard.destroyEvent(at, index);
      }
    }
  }
}
