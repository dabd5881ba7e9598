package dev.filip.image;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Standard error of native code: libjpeg writes a line for each damaged picture. */
@SuppressWarnings("restricted")
final class NativeErrors {
  private static final int STANDARD_ERROR = 2;

  private NativeErrors() {}

  /** Runs it while what native code says goes nowhere (where there is a {@code /dev/null}). */
  static void silently(Runnable task) throws Throwable {
    if (System.getProperty("os.name").startsWith("Windows")) {
      task.run();
      return;
    }
    MethodHandle dup = handle("dup", ValueLayout.JAVA_INT);
    MethodHandle dup2 = handle("dup2", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    MethodHandle open = handle("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    MethodHandle close = handle("close", ValueLayout.JAVA_INT);
    int kept = (int) dup.invokeExact(STANDARD_ERROR);
    int nothing;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom("/dev/null");
      nothing = (int) open.invokeExact(name, 1); // to write only
    }
    int done = (int) dup2.invokeExact(nothing, STANDARD_ERROR);
    try {
      task.run();
    } finally {
      done += (int) dup2.invokeExact(kept, STANDARD_ERROR);
      done += (int) close.invokeExact(kept);
      done += (int) close.invokeExact(nothing);
    }
    if (done != 2 * STANDARD_ERROR) {
      throw new IllegalStateException("standard error could not be put back");
    }
  }

  private static MethodHandle handle(String name, java.lang.foreign.MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }
}
