package dev.filip.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's run-time compiler, which libtorch's CUDA build brings: CUDA C++ in, code for one kind of
 * GPU out. It needs no GPU. Thread-safe.
 */
@SuppressWarnings("restricted") // the names say what the functions take
public final class Nvrtc {
  /** Variable of the environment: the library's file, where it is none of the usual names. */
  public static final String LIBRARY = "FILIP_NVRTC";

  private static final List<String> NAMES =
      List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so");
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout POINTER = ValueLayout.ADDRESS;

  private final SymbolLookup library;

  private Nvrtc(SymbolLookup library) {
    this.library = library;
  }

  /**
   * Finds it.
   *
   * @throws IllegalStateException where there is none, in one line
   */
  public static Nvrtc find() {
    @Nullable String given = System.getenv(LIBRARY);
    List<String> names = given == null || given.isBlank() ? NAMES : List.of(given);
    for (String name : names) {
      try {
        return new Nvrtc(SymbolLookup.libraryLookup(name, Arena.global()));
      } catch (IllegalArgumentException e) {
        // the next name
      }
    }
    throw new IllegalStateException("NVRTC is not found as any of " + String.join(", ", names));
  }

  /**
   * Machine code (cubin) of a program.
   *
   * @param architecture such as {@code sm_90}
   * @param defines such as {@code HALF=0}
   * @throws IllegalStateException with the compiler's first line where it refuses
   */
  public byte[] compile(String name, String source, String architecture, List<String> defines) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment owner = arena.allocate(POINTER);
      check(
          (int)
              function("nvrtcCreateProgram", POINTER, POINTER, POINTER, INT, POINTER, POINTER)
                  .invoke(
                      owner,
                      arena.allocateFrom(source),
                      arena.allocateFrom(name),
                      0,
                      MemorySegment.NULL,
                      MemorySegment.NULL),
          "begin");
      MemorySegment program = owner.get(ValueLayout.ADDRESS, 0);
      try {
        MemorySegment options = arena.allocate(POINTER, defines.size() + 2L);
        options.setAtIndex(
            ValueLayout.ADDRESS, 0, arena.allocateFrom("--gpu-architecture=" + architecture));
        options.setAtIndex(ValueLayout.ADDRESS, 1, arena.allocateFrom("--std=c++17"));
        for (int i = 0; i < defines.size(); i++) {
          options.setAtIndex(
              ValueLayout.ADDRESS, i + 2L, arena.allocateFrom("-D" + defines.get(i)));
        }
        int result =
            (int)
                function("nvrtcCompileProgram", POINTER, INT, POINTER)
                    .invoke(program, defines.size() + 2, options);
        if (result != 0) {
          byte[] log = bytes(arena, program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog");
          String first = new String(log, StandardCharsets.UTF_8).lines().findFirst().orElse("");
          throw new IllegalStateException("NVRTC refuses " + name + ": " + first);
        }
        return bytes(arena, program, "nvrtcGetCUBINSize", "nvrtcGetCUBIN");
      } finally {
        int _ = (int) function("nvrtcDestroyProgram", POINTER).invoke(owner);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("NVRTC cannot be called", e);
    }
  }

  private byte[] bytes(Arena arena, MemorySegment program, String size, String get)
      throws Throwable {
    MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
    check((int) function(size, POINTER, POINTER).invoke(program, count), size);
    MemorySegment out = arena.allocate(Math.max(1, count.get(ValueLayout.JAVA_LONG, 0)));
    check((int) function(get, POINTER, POINTER).invoke(program, out), get);
    return out.toArray(ValueLayout.JAVA_BYTE);
  }

  private java.lang.invoke.MethodHandle function(String name, ValueLayout... arguments) {
    MemorySegment at =
        library
            .find(name)
            .orElseThrow(() -> new IllegalStateException("NVRTC has no function " + name));
    return Linker.nativeLinker().downcallHandle(at, FunctionDescriptor.of(INT, arguments));
  }

  private static void check(int result, String what) {
    if (result != 0) {
      throw new IllegalStateException("NVRTC fails with " + result + " at " + what);
    }
  }
}
