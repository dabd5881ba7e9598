package dev.filip.loss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.distributed.Communicator;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kernels of {@code late.cu}, compiled as C++ and played thread by thread on the CPU, against
 * the dense loss. Skipped where there is no {@code g++}.
 */
@SuppressWarnings("restricted") // the names say what the functions take
class FusedTilesTest {
  /** The kernels by their twin. */
  private static final class Twin implements FusedTiles.Kernels {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout P = ValueLayout.ADDRESS;

    private final MethodHandle maxima;
    private final MethodHandle gradient;

    Twin(SymbolLookup library) {
      Linker linker = Linker.nativeLinker();
      maxima =
          linker.downcallHandle(
              library.find("twin_maxima").orElseThrow(),
              FunctionDescriptor.ofVoid(P, P, P, INT, INT, INT, INT, INT, P, P, P, P));
      gradient =
          linker.downcallHandle(
              library.find("twin_gradient").orElseThrow(),
              FunctionDescriptor.ofVoid(INT, P, P, INT, INT, INT, INT, INT, P, P, P, P, P, INT));
    }

    private static MemorySegment at(Tensor t) {
      return MemorySegment.ofAddress(t.data_ptr().address());
    }

    @Override
    public void maxima(
        FusedTiles.Features f, Tensor words, Tensor patches, Tensor sImage, Tensor sText) {
      try {
        maxima.invoke(
            at(f.x()),
            at(f.y()),
            at(f.length()),
            f.images(),
            f.texts(),
            f.n(),
            f.m(),
            f.d(),
            at(words),
            at(patches),
            at(sImage),
            at(sText));
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void gradient(
        boolean texts,
        FusedTiles.Features f,
        Tensor words,
        Tensor patches,
        Tensor dsImage,
        Tensor dsText,
        Tensor out) {
      try {
        gradient.invoke(
            texts ? 1 : 0,
            at(texts ? f.x() : f.y()),
            at(f.length()),
            f.images(),
            f.texts(),
            f.n(),
            f.m(),
            f.d(),
            at(words),
            at(patches),
            at(dsImage),
            at(dsText),
            at(out),
            12); // does not divide d
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @TempDir Path temp;

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(FusedTilesTest.class.getResource(name)).toURI());
  }

  private Path compiled(boolean half, boolean wide) throws Exception {
    Path twin = resource("late_twin.cpp");
    Path library = temp.resolve("twin.so");
    Path said = temp.resolve("g++.txt");
    try {
      Process compiler =
          new ProcessBuilder(
                  "g++",
                  "-O1",
                  "-fPIC",
                  "-shared",
                  "-DHALF=" + (half ? 1 : 0),
                  "-DINDEX=unsigned " + (wide ? "short" : "char"),
                  "-I" + resource("late.cu").getParent(),
                  "-o",
                  library.toString(),
                  twin.toString())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      assertThat(compiler.waitFor()).as(() -> text(said)).isZero();
    } catch (IOException e) {
      Assumptions.abort("no g++ here: " + e.getMessage());
    }
    return library;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static LossCase at(int[] s, boolean exact) {
    return exact
        ? LossCase.exact(s[0], s[1], s[2], s[3], 21)
        : LossCase.random(s[0], s[1], s[2], s[3], 4);
  }

  /** Ragged strips of 16 patches and 8 words, more than a block's 64 patches, ties, full texts. */
  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true"})
  void equalTheDenseOracle(boolean half, boolean wide) throws Exception {
    Natives.load();
    FeaturePrecision precision = half ? FeaturePrecision.FP16 : FeaturePrecision.BF16;
    List<int[]> sizes =
        wide
            ? List.of(
                new int[] {2, 300, 3, 16}, new int[] {2, 3, 300, 16}, new int[] {3, 70, 260, 16})
            : List.of(
                new int[] {1, 1, 1, 16},
                new int[] {3, 17, 9, 32},
                new int[] {2, 16, 8, 16},
                new int[] {4, 49, 20, 48},
                new int[] {5, 5, 33, 16},
                new int[] {4, 5, 100, 16},
                new int[] {2, 150, 7, 16});
    try (Arena arena = Arena.ofConfined();
        var _ = new StepScope()) {
      Twin twin = new Twin(SymbolLookup.libraryLookup(compiled(half, wide), arena));
      for (int[] size : sizes) {
        for (boolean exact : new boolean[] {true, false}) {
          LossCase c = rounded(at(size, exact), precision);
          TiledLateLoss fused =
              new TiledLateLoss(
                  new Regularisers(0.1, 0.01),
                  precision,
                  ComputeDevice.CPU,
                  4096,
                  Communicator.Alone.INSTANCE,
                  twin);
          LossGradient dense =
              c.run(new DenseLoss(1, 0, new Regularisers(0.1, 0.01)), ScalarType.Double);
          LateLossTest.equal(c.run(fused, ScalarType.Float), dense, 3e-6);
        }
      }
    }
  }

  /** Features as the kernels see them, so that the oracle sees the same. */
  private static LossCase rounded(LossCase c, FeaturePrecision precision) {
    return new LossCase(
        c.b(),
        c.n(),
        c.m(),
        c.d(),
        rounded(c.image(), precision),
        rounded(c.text(), precision),
        c.length(),
        c.logScale());
  }

  private static double[] rounded(double[] values, FeaturePrecision precision) {
    Tensor narrow = precision.narrow(LossCase.tensor(values, ScalarType.Float, values.length));
    return LossCase.values(narrow);
  }

  /** The kernels are taken for what fits them, and only for it. */
  @ParameterizedTest
  @CsvSource({"16, true", "24, false"})
  void whatDoesNotFitGoesToTiles(int d, boolean fits) {
    Natives.load();
    boolean[] asked = new boolean[1];
    FusedTiles.Kernels watched =
        new FusedTiles.Kernels() {
          @Override
          public void maxima(
              FusedTiles.Features f, Tensor words, Tensor patches, Tensor image, Tensor text) {
            asked[0] = true;
          }

          @Override
          public void gradient(
              boolean texts,
              FusedTiles.Features f,
              Tensor words,
              Tensor patches,
              Tensor image,
              Tensor text,
              Tensor out) {}
        };
    try (var _ = new StepScope()) {
      LossCase c = LossCase.random(3, 5, 4, d, new SplittableRandom(2).nextInt(9));
      TiledLateLoss loss =
          new TiledLateLoss(
              Regularisers.NONE,
              FeaturePrecision.BF16,
              ComputeDevice.CPU,
              4096,
              Communicator.Alone.INSTANCE,
              watched);
      c.run(loss, ScalarType.Float);
      assertThat(asked[0]).isEqualTo(fits);
    }
  }

  /** A device that refuses them has libtorch's tiles, and the answer. */
  @Test
  void whereTheyDoNotRunTilesDo() {
    Natives.load();
    FusedTiles.Kernels refusing = new CudaLateKernels(); // this libtorch has no GPU
    LossCase c = LossCase.exact(5, 7, 6, 16, 3);
    try (var _ = new StepScope()) {
      TiledLateLoss loss =
          new TiledLateLoss(
              Regularisers.NONE,
              FeaturePrecision.BF16,
              ComputeDevice.CPU,
              4096,
              Communicator.Alone.INSTANCE,
              refusing);
      LateLossTest.equal(
          c.run(loss, ScalarType.Float), c.run(new DenseLoss(1, 0, 0), ScalarType.Double), 1e-6);
    }
  }
}
