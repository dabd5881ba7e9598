package dev.filip.tensor;

import dev.filip.kernel.Bf16Product;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * libtorch's own block product of bf16 (oneDNN's brgemm, as its attention uses it), which sums in
 * fp32 and runs on the calling thread. libtorch's public products of bf16 round their results to
 * bf16, and its Java bindings do not have this one, so it is called by its C++ name: only where
 * AVX512-BF16 is there (with AMX it would need a hardware state that was not tried), only in a
 * build that has the name, and only after it gave the right answer to a small product here.
 * Measured: 229 GFLOP/s a core of a Zen 4, where fp32 products run at 103 ({@code
 * docs/BENCHMARKS.md}).
 */
public final class Bf16Products {
  private static final String NAME = "_ZN2at6native7cpublas6brgemmEllllllbPKN3c108BFloat16ES5_Pfb";

  /** A product like those of a late loss: tokens of images with those of texts. */
  private static final List<ProductSpeed.Size> LOSS = List.of(ProductSpeed.Size.of(256, 1024));

  private Bf16Products() {}

  /** The product of this machine, loaded with libtorch, or nothing where it has none. */
  public static Optional<Bf16Product> here() {
    return Brgemm.RIGHT ? Optional.of(Brgemm.INSTANCE) : Optional.empty();
  }

  /**
   * The product where it is faster than fp32's: by the processor's family, or by a measurement that
   * is kept. Else features of bf16 are better multiplied in fp32, which holds their products
   * exactly.
   */
  public static Optional<Bf16Product> fast() {
    return here()
        .filter(
            _ -> PrecisionChooser.Verdict.of(CpuFeatures.here(), LOSS, ProductSpeed::here).bf16());
  }

  private static @Nullable MethodHandle find() {
    Natives.load();
    return supported(CpuFeatures.here(), System.getenv("ONEDNN_MAX_CPU_ISA"))
        ? SymbolLookup.loaderLookup().find(NAME).map(Bf16Products::handle).orElse(null)
        : null;
  }

  /** oneDNN ends the process where it is asked for what the processor, or the user, forbids. */
  static boolean supported(CpuFeatures cpu, @Nullable String mostIsa) {
    return mostIsa == null
        && cpu.flags().contains("avx512_bf16")
        && !cpu.flags().contains("amx_bf16");
  }

  @SuppressWarnings("restricted") // the name says what the function takes
  private static MethodHandle handle(MemorySegment function) {
    ValueLayout.OfLong size = ValueLayout.JAVA_LONG;
    return Linker.nativeLinker()
        .downcallHandle(
            function,
            FunctionDescriptor.ofVoid(
                size, // m
                size, // n
                size, // k
                size, // elements from a row of a to the next
                size, // of b
                size, // of c
                ValueLayout.JAVA_BOOLEAN, // add to c
                size, // address of a
                size, // of b
                size, // of c
                ValueLayout.JAVA_BOOLEAN)); // b is interleaved
  }

  /** Its handle is a constant, so that a call is a plain one. */
  private enum Brgemm implements Bf16Product {
    INSTANCE;

    private static final @Nullable MethodHandle HANDLE = find();
    static final boolean RIGHT = HANDLE != null && right(INSTANCE);

    @Override
    public void multiply(
        MemorySegment a,
        long aAt,
        MemorySegment b,
        long bAt,
        MemorySegment c,
        int m,
        int n,
        int k) {
      long from = a.address() + aAt;
      long with = b.address() + bAt;
      try {
        Objects.requireNonNull(HANDLE)
            .invokeExact(
                (long) m,
                (long) n,
                (long) k,
                (long) k,
                (long) n,
                (long) n,
                false,
                from,
                with,
                c.address(),
                true);
      } catch (Throwable e) {
        throw new IllegalStateException("a product of bf16 failed", e);
      }
    }
  }

  /** Whether small whole numbers come out exactly. */
  static boolean right(Bf16Product product) {
    int m = 3;
    int n = 32;
    int k = 6;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment a = arena.allocate(2L * m * k, 64);
      MemorySegment b = arena.allocate(2L * k * n, 64);
      MemorySegment c = arena.allocate(4L * m * n, 64);
      for (int l = 0; l < k; l++) {
        for (int i = 0; i < m; i++) {
          a.setAtIndex(ValueLayout.JAVA_SHORT, (long) i * k + l, bf16(i + 2 * l));
        }
        for (int j = 0; j < n; j++) {
          b.setAtIndex(ValueLayout.JAVA_SHORT, ((long) l / 2 * n + j) * 2 + l % 2, bf16(j - l));
        }
      }
      product.multiply(a, 0, b, 0, c, m, n, k);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          int sum = 0;
          for (int l = 0; l < k; l++) {
            sum += (i + 2 * l) * (j - l);
          }
          if (c.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * n + j) != sum) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private static short bf16(int value) {
    return (short) (Float.floatToRawIntBits(value) >>> 16);
  }
}
