package dev.filip.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's driver asked by its own management library, which comes with the driver and needs no
 * CUDA: so a card is known whether libtorch can use it or not. Stateless.
 */
@SuppressWarnings("restricted") // the names say what the functions take
final class Nvml {
  private static final int TEXT = 96;
  private static final int MEMORY = 24; // total, free, used

  private Nvml() {}

  /**
   * The first card.
   *
   * @param driver its version, such as {@code 580.95.05}
   * @param cuda the newest CUDA that the driver knows, such as 13000 for 13.0
   * @param memory bytes; {@code free} of them now
   * @param cards in this machine
   */
  record Card(String name, String driver, int cuda, long memory, long free, int cards) {}

  /** What the driver says, or nothing where there is none or no card. */
  static Optional<Card> card() {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup library =
          SymbolLookup.libraryLookup(windows ? "nvml.dll" : "libnvidia-ml.so.1", arena);
      return new Calls(library, arena).card();
    } catch (IllegalArgumentException none) { // no such library
      return Optional.empty();
    }
  }

  /** Its functions; a code other than 0 is a failure. */
  private record Calls(SymbolLookup library, Arena arena) {
    Optional<Card> card() {
      if (call("nvmlInit_v2") != 0) {
        return Optional.empty();
      }
      try {
        MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
        MemorySegment device = arena.allocate(ValueLayout.ADDRESS);
        MemorySegment memory = arena.allocate(MEMORY, 8);
        if (call("nvmlDeviceGetCount_v2", number) != 0
            || call("nvmlDeviceGetHandleByIndex_v2", 0, device) != 0) {
          return Optional.empty();
        }
        int cards = number.get(ValueLayout.JAVA_INT, 0);
        MemorySegment handle = device.get(ValueLayout.ADDRESS, 0);
        call("nvmlDeviceGetMemoryInfo", handle, memory);
        number.set(ValueLayout.JAVA_INT, 0, 0);
        call("nvmlSystemGetCudaDriverVersion_v2", number);
        return Optional.of(
            new Card(
                text("nvmlDeviceGetName", handle),
                text("nvmlSystemGetDriverVersion", null),
                number.get(ValueLayout.JAVA_INT, 0),
                memory.get(ValueLayout.JAVA_LONG, 0),
                memory.get(ValueLayout.JAVA_LONG, 8),
                cards));
      } finally {
        call("nvmlShutdown");
      }
    }

    private String text(String function, @Nullable MemorySegment of) {
      MemorySegment buffer = arena.allocate(TEXT);
      int code = of == null ? call(function, buffer, TEXT) : call(function, of, buffer, TEXT);
      return code == 0 ? buffer.getString(0) : "unknown";
    }

    /** Calls a function with addresses and ints; -1 where the library has none of the name. */
    private int call(String function, Object... arguments) {
      var layouts = new java.lang.foreign.MemoryLayout[arguments.length];
      for (int i = 0; i < layouts.length; i++) {
        layouts[i] = arguments[i] instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS;
      }
      MemorySegment found = library.find(function).orElse(null);
      if (found == null) {
        return -1;
      }
      MethodHandle handle =
          Linker.nativeLinker()
              .downcallHandle(found, FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts));
      try {
        return (int) handle.invokeWithArguments(arguments);
      } catch (Throwable e) {
        throw new IllegalStateException(function + " failed", e);
      }
    }
  }
}
