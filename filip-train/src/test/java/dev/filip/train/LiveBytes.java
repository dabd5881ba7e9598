package dev.filip.train;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What the C library has given out and was not given back: glibc's {@code mallinfo2}. */
@SuppressWarnings("restricted")
public final class LiveBytes {
  private static final int MAPPED = 4;
  private static final int IN_USE = 7;
  private static final StructLayout INFO =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));
  private static final Optional<MethodHandle> CALL =
      Linker.nativeLinker()
          .defaultLookup()
          .find("mallinfo2")
          .map(call -> Linker.nativeLinker().downcallHandle(call, FunctionDescriptor.of(INFO)));

  private LiveBytes() {}

  /** Whether this C library tells. */
  public static boolean areKnown() {
    return CALL.isPresent();
  }

  /** Bytes. */
  public static long now() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info =
          (MemorySegment) CALL.orElseThrow().invoke((java.lang.foreign.SegmentAllocator) arena);
      return info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED)
          + info.getAtIndex(ValueLayout.JAVA_LONG, IN_USE);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
