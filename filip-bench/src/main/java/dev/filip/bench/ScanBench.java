package dev.filip.bench;

import dev.filip.kernel.LateScan;
import dev.filip.kernel.ScalarLateInteraction;
import dev.filip.tokens.Tokens;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Images a second that one thread scores exactly against one query: 20,000 x 49 x 256 in bf16, out
 * of memory. Checks a score against the oracle before it times anything.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 3) // until vectors are compiled aside
@Measurement(iterations = 3, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ScanBench {
  private static final int IMAGES = 20_000;
  private static final int PATCHES = 49;
  private static final int D = 256;

  /** Query tokens. */
  @Param({"4", "16", "32", "77"})
  public int tokens = 16;

  private final Arena arena = Arena.ofShared();
  private final int[] which = IntStream.range(0, IMAGES).toArray();
  private final float[] out = new float[IMAGES];
  private Tokens images = Tokens.ofRows(new float[D], D);
  private LateScan scan = LateScan.of(new float[D], D);

  /** Makes the rows: a few hundred different images again and again, each in its own place. */
  @Setup
  public void open() {
    Random random = new Random(1);
    MemorySegment rows = arena.allocate(2L * IMAGES * PATCHES * D, 64);
    int some = 512;
    Tokens first = Tokens.packed(unit(random, some * PATCHES), D, some * PATCHES);
    MemorySegment held = first.as(Tokens.Type.BF16).rows();
    for (long at = 0; at < rows.byteSize(); at += held.byteSize()) {
      long bytes = Math.min(held.byteSize(), rows.byteSize() - at);
      MemorySegment.copy(held, 0, rows, at, bytes);
    }
    images = Tokens.uniform(rows, Tokens.Type.BF16, D, PATCHES, IMAGES);
    float[] query = unit(random, tokens);
    scan = LateScan.of(query, D);
    forward();
    float exact = ScalarLateInteraction.align(images.floats(7), PATCHES, query, tokens, D).sText();
    if (!(Math.abs(out[7] - exact) < 1e-5)) {
      throw new IllegalStateException("score " + out[7] + ", the oracle's is " + exact);
    }
  }

  private static float[] unit(Random random, int count) {
    float[] rows = new float[count * D];
    for (int r = 0; r < count; r++) {
      double square = 0;
      for (int c = 0; c < D; c++) {
        rows[r * D + c] = (float) random.nextGaussian();
        square += rows[r * D + c] * rows[r * D + c];
      }
      for (int c = 0; c < D; c++) {
        rows[r * D + c] /= (float) Math.sqrt(square);
      }
    }
    return rows;
  }

  /** Text to image. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public float[] forward() {
    scan.forward(images, which, IMAGES, out);
    return out;
  }

  /** The mean over patches in place of that over words. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public float[] reverse() {
    scan.reverse(images, which, IMAGES, out);
    return out;
  }

  /** Frees the rows. */
  @TearDown
  public void close() {
    arena.close();
  }
}
