package dev.filip.tensor;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The library behind libtorch's fp32 products, {@code sgemm_}: OpenBLAS, or Intel's MKL where it
 * was put in its place ({@code docs/ARCHITECTURE.md}). It has threads of its own.
 */
@SuppressWarnings("restricted") // the names say what the functions give
final class Blas {
  private static final int SOME = 64;
  private static final Path MAPS = Path.of("/proc/self/maps");

  private Blas() {}

  /**
   * Name, version and, of OpenBLAS, the kernels it chose for this processor. MKL is told by its
   * core library, which it loads when it is first asked for a product; so it is asked for one.
   */
  static String name() {
    Natives.load();
    if (usesMkl()) {
      return "MKL";
    }
    String version = Natives.version("openblas").replaceFirst("-.*", "");
    return "OpenBLAS "
        + version
        + text("openblas_get_corename").map(core -> " (" + core + ")").orElse("");
  }

  private static boolean usesMkl() {
    if (!Files.isReadable(MAPS)) {
      return System.getProperty("org.bytedeco.openblas.load", "")
          .toLowerCase(Locale.ROOT)
          .contains("mkl");
    }
    try (var _ = new StepScope();
        var _ = GradMode.off()) {
      Tensor some = torch.ones(SOME, SOME);
      torch.matmul(some, some);
    }
    try (var lines = Files.lines(MAPS)) {
      return lines.anyMatch(line -> line.contains("libmkl_core"));
    } catch (IOException e) {
      return false;
    }
  }

  /** oneDNN has libtorch's bf16 products on this build and processor, or plain loops do. */
  static String ofBf16() {
    boolean oneDnn =
        torch.hasMKLDNN()
            && torch.globalContext().userEnabledMkldnn()
            && CpuFeatures.here().flags().contains("avx512f");
    if (!oneDnn) {
      return "libtorch's own loops";
    }
    try (var version = torch.get_mkldnn_version()) {
      return version.getString().replaceAll("(?s).*?v(\\d+(\\.\\d+)+).*", "oneDNN $1");
    }
  }

  private static Optional<String> text(String function) {
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.ADDRESS);
    return find(function, type)
        .map(handle -> {
          try {
            MemorySegment found = (MemorySegment) handle.invokeExact();
            return found.reinterpret(Long.MAX_VALUE).getString(0);
          } catch (Throwable e) {
            throw new IllegalStateException(function + " failed", e);
          }
        });
  }

  private static Optional<MethodHandle> find(String function, FunctionDescriptor type) {
    Natives.load();
    Loader.load(openblas.class);
    return SymbolLookup.loaderLookup()
        .find(function)
        .map(symbol -> Linker.nativeLinker().downcallHandle(symbol, type));
  }

  /** The library's threads; where it does not tell, libtorch's. */
  private static int threads() {
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT);
    return find(usesMkl() ? "MKL_Get_Max_Threads" : "openblas_get_num_threads", type)
        .map(handle -> {
          try {
            return (int) handle.invokeExact();
          } catch (Throwable e) {
            throw new IllegalStateException("threads of the BLAS", e);
          }
        })
        .orElseGet(torch::get_num_threads);
  }

  /** Until closed, the calling thread's libtorch and all of the BLAS use one thread. */
  static final class OneThread implements AutoCloseable {
    private final int torchThreads = torch.get_num_threads();
    private final int blasThreads = threads();

    OneThread() {
      set(1, 1);
    }

    private static void set(int ofTorch, int ofBlas) {
      torch.set_num_threads(ofTorch);
      Loader.load(openblas.class);
      openblas.blas_set_num_threads(ofBlas);
    }

    @Override
    public void close() {
      set(torchThreads, blasThreads);
    }
  }
}
