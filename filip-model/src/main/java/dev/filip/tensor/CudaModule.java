package dev.filip.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Kernels loaded into the GPU that libtorch uses, by the driver's own library. They run on the
 * stream that libtorch works on where nobody has chosen another, so in order with its operations.
 * Lives as long as the process; called by threads that have used the GPU through libtorch.
 * <b>Untried</b>: no GPU was at hand.
 */
@SuppressWarnings("restricted") // the names say what the functions take
public final class CudaModule {
  private static final int MAJOR = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout POINTER = ValueLayout.ADDRESS;

  private final SymbolLookup driver;
  private final MemorySegment module;
  private final MethodHandle launch;

  private CudaModule(SymbolLookup driver, MemorySegment module) {
    this.driver = driver;
    this.module = module;
    MemoryLayout[] arguments = new MemoryLayout[11];
    Arrays.fill(arguments, INT);
    for (int pointer : new int[] {0, 8, 9, 10}) {
      arguments[pointer] = POINTER;
    }
    launch = function(driver, "cuLaunchKernel", arguments);
  }

  private static SymbolLookup driver() {
    try {
      return SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("NVIDIA's driver (libcuda.so.1) is not found", e);
    }
  }

  /** The calling thread's GPU, such as {@code sm_90}. */
  public static String architecture() {
    SymbolLookup driver = driver();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(INT);
      check((int) function(driver, "cuCtxGetDevice", POINTER).invoke(out), "cuCtxGetDevice");
      int device = out.get(INT, 0);
      MethodHandle attribute = function(driver, "cuDeviceGetAttribute", POINTER, INT, INT);
      check((int) attribute.invoke(out, MAJOR, device), "cuDeviceGetAttribute");
      int major = out.get(INT, 0);
      check((int) attribute.invoke(out, MAJOR + 1, device), "cuDeviceGetAttribute");
      return "sm_" + major + out.get(INT, 0);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Machine code as {@link Nvrtc} makes it. */
  public static CudaModule load(byte[] code) {
    SymbolLookup driver = driver();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(POINTER);
      MemorySegment image = arena.allocateFrom(ValueLayout.JAVA_BYTE, code);
      check(
          (int) function(driver, "cuModuleLoadData", POINTER, POINTER).invoke(out, image),
          "cuModuleLoadData");
      return new CudaModule(driver, out.get(ValueLayout.ADDRESS, 0));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** A kernel by name. */
  public MemorySegment kernel(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(POINTER);
      check(
          (int)
              function(driver, "cuModuleGetFunction", POINTER, POINTER, POINTER)
                  .invoke(out, module, arena.allocateFrom(name)),
          name);
      return out.get(ValueLayout.ADDRESS, 0);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /**
   * Blocks and threads of a launch.
   *
   * @param shared bytes of a block's own memory, at most 48 KiB
   */
  public record Grid(int x, int y, int z, int threads, int shared) {}

  /**
   * Starts a kernel.
   *
   * @param arguments ints and addresses (longs), as the kernel declares them
   */
  public void launch(MemorySegment kernel, Grid grid, Number... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(POINTER, arguments.length);
      for (int i = 0; i < arguments.length; i++) {
        MemorySegment one =
            arguments[i] instanceof Integer number
                ? arena.allocateFrom(INT, number)
                : arena.allocateFrom(ValueLayout.JAVA_LONG, arguments[i].longValue());
        list.setAtIndex(ValueLayout.ADDRESS, i, one);
      }
      check(
          (int)
              launch.invoke(
                  kernel,
                  grid.x,
                  grid.y,
                  grid.z,
                  grid.threads,
                  1,
                  1,
                  grid.shared,
                  MemorySegment.NULL,
                  list,
                  MemorySegment.NULL),
          "cuLaunchKernel");
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static MethodHandle function(SymbolLookup of, String name, MemoryLayout... arguments) {
    MemorySegment at =
        of.find(name).orElseThrow(() -> new IllegalStateException("the driver has no " + name));
    return Linker.nativeLinker().downcallHandle(at, FunctionDescriptor.of(INT, arguments));
  }

  private static void check(int result, String what) {
    if (result != 0) {
      throw new IllegalStateException("CUDA fails with " + result + " at " + what);
    }
  }

  private static IllegalStateException failed(Throwable e) {
    return e instanceof IllegalStateException said
        ? said
        : new IllegalStateException("the driver cannot be called", e);
  }
}
