package dev.filip.kernel;

import dev.filip.codes.CodeForm;
import dev.filip.codes.CodeQuery;
import dev.filip.tokens.Tokens;
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

  private VectorWarmUp() {}

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
      for (int n : new int[] {28, 24, 20, 16}) {
        Tokens item = Tokens.uniform(rows.asSlice(0, 2L * n * D), Tokens.Type.BF16, D, n, 1);
        until(5, true, item);
        until(lanes, false, item);
        until(2 * lanes, false, item);
      }
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

  private static void until(int m, boolean partial, Tokens item) {
    float[] query = new float[m * D];
    Arrays.fill(query, 0.1f);
    Scan fast = partial ? new VectorShortScan(query, m, D) : new VectorScan(query, m, D);
    Scan plain = new ScalarScan(query, m, D, partial);
    float[] best = new float[Math.max(fast.room(), plain.room())];
    float[] scratch = new float[Math.max(fast.scratch(), plain.scratch())];
    untilFaster(
        () -> plain.maxima(item.rows(), 0, item.length(0), best, new float[0], scratch),
        () -> fast.maxima(item.rows(), 0, item.length(0), best, new float[0], scratch));
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
