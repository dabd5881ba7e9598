package dev.filip.kernel;

import dev.filip.codes.CodeForm;
import dev.filip.codes.CodeQuery;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gets {@link VectorScan}, {@link VectorShortScan} and {@link VectorCodeScan} compiled aside: until
 * then the JVM makes an object of every vector, and they are hundreds of times slower than plain
 * loops. Begins when plain loops have run for a while, so that a process that scores little never
 * pays for it, nor for loading the Vector API; a daemon thread, once a process. Safe for any
 * thread.
 */
final class VectorWarmUp {
  /** Of all threads together; loading and compiling take about as long again. */
  private static final long AFTER_NANOS = 600_000_000L;

  private static final AtomicLong SPENT = new AtomicLong();
  private static final AtomicBoolean BEGUN = new AtomicBoolean();
  private static final AtomicBoolean DONE = new AtomicBoolean();
  private static final int D = 64;

  /** Whole vectors are nearly twice as fast as halves in the cache, or no faster. */
  private static final double CLEARLY = 1.25;

  private static final AtomicBoolean HALVES = new AtomicBoolean();

  private VectorWarmUp() {}

  /** Whether {@link HalfScanTiles} are the better form here; false until that is known. */
  static boolean halves() {
    return HALVES.get();
  }

  /** Whether vectors are the faster form by now. */
  static boolean isDone() {
    return DONE.get();
  }

  /** Plain loops ran for so long; nothing follows where there are no vectors. */
  static void spent(long nanos) {
    if (SPENT.addAndGet(nanos) > AFTER_NANOS && BEGUN.compareAndSet(false, true)) {
      Thread thread = new Thread(VectorWarmUp::run, "filip-kernel-warm-up");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Short queries, and longer ones by tiles of four to seven rows; then codes. */
  private static void run() {
    if (!Kernels.active().vector()) {
      return;
    }
    try (Arena arena = Arena.ofShared()) { // as files are mapped
      MemorySegment rows = arena.allocate(2L * 28 * D, 64);
      int lanes = Kernels.tile().lanes();
      float[] query = new float[2 * lanes * D];
      Arrays.fill(query, 0.1f);
      Scan half = new VectorScan(query, lanes, D, true);
      Scan whole = new VectorScan(query, lanes, D, false);
      for (int n : new int[] {16, 20, 24, 28}) {
        until(new VectorShortScan(query, 5, D), new ScalarScan(query, 5, D, true), rows, n);
        Scan plain = new ScalarScan(query, lanes, D, false);
        until(whole, plain, rows, n);
        until(half, plain, rows, n);
        Scan two = new VectorScan(query, 2 * lanes, D, false);
        until(two, new ScalarScan(query, 2 * lanes, D, false), rows, n);
      }
      HALVES.set(HalfScanTiles.fit() && least(half, rows) < CLEARLY * least(whole, rows));
      codes(arena);
      DONE.set(true);
    }
  }

  private static void codes(Arena arena) {
    CodeQuery query = new CodeForm(new float[D], 1).query(new float[2 * D], new float[] {1, 1});
    int tokens = 28;
    MemorySegment codes = arena.allocate((long) tokens * query.words() * Integer.BYTES, 64);
    MemorySegment factors = arena.allocate((long) tokens * Short.BYTES, 64);
    CodeScan fast = CodeScan.active();
    CodeScan plain = new CodeScan.Plain();
    untilFaster(
        () -> plain.scores(query, codes, factors, new long[] {0, tokens}, 0, 1, new float[1]),
        () -> fast.scores(query, codes, factors, new long[] {0, tokens}, 0, 1, new float[1]));
  }

  private static void until(Scan fast, Scan plain, MemorySegment rows, int n) {
    float[] best = new float[Math.max(fast.room(), plain.room())];
    float[] scratch = new float[Math.max(fast.scratch(), plain.scratch())];
    untilFaster(
        () -> plain.maxima(rows, 0, n, best, new float[0], scratch),
        () -> fast.maxima(rows, 0, n, best, new float[0], scratch));
  }

  /** The shortest of some times of 28 rows that are in the cache. */
  private static long least(Scan scan, MemorySegment rows) {
    float[] best = new float[scan.room()];
    float[] scratch = new float[scan.scratch()];
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 30; round++) {
      long begun = System.nanoTime();
      for (int again = 0; again < 30; again++) {
        scan.maxima(rows, 0, 28, best, new float[0], scratch);
      }
      least = Math.min(least, System.nanoTime() - begun);
    }
    return least;
  }

  private static void untilFaster(Runnable plain, Runnable fast) {
    for (int tries = 0; tries < 1 << 16; tries++) {
      long begun = System.nanoTime();
      plain.run();
      long between = System.nanoTime();
      fast.run();
      if (System.nanoTime() - between < between - begun) {
        return;
      }
    }
  }
}
