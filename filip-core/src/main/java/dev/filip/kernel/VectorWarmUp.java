package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gets {@link VectorScan} compiled aside: until then the JVM makes an object of every vector, and
 * it is hundreds of times slower than plain loops. Begins when plain loops have run for a while, so
 * that a process that scores little never pays for it; a daemon thread, once a process. Safe for
 * any thread.
 */
final class VectorWarmUp {
  private static final long AFTER_NANOS = 100_000_000L;
  private static final AtomicLong SPENT = new AtomicLong();
  private static final AtomicBoolean BEGUN = new AtomicBoolean();
  private static final AtomicBoolean DONE = new AtomicBoolean();
  private static final int D = 64;

  private VectorWarmUp() {}

  /** Whether vectors are the faster form by now. */
  static boolean isDone() {
    return DONE.get();
  }

  /** Plain loops ran for so long. */
  static void spent(long nanos) {
    if (SPENT.addAndGet(nanos) > AFTER_NANOS && BEGUN.compareAndSet(false, true)) {
      Thread thread = new Thread(VectorWarmUp::run, "filip-kernel-warm-up");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** All tiles there are: four to seven rows by one and by two vectors of a query. */
  private static void run() {
    try (Arena arena = Arena.ofShared()) { // as files are mapped
      MemorySegment rows = arena.allocate(2L * 28 * D, 64);
      int lanes = Kernels.tile().lanes();
      for (int m : new int[] {1, lanes + 1}) {
        for (int n : new int[] {28, 24, 20, 16}) {
          until(m, Tokens.uniform(rows.asSlice(0, 2L * n * D), Tokens.Type.BF16, D, n, 1));
        }
      }
      DONE.set(true);
    }
  }

  private static void until(int m, Tokens item) {
    float[] query = new float[m * D];
    Arrays.fill(query, 0.1f);
    Scan fast = new VectorScan(query, m, D);
    Scan plain = new ScalarScan(query, m, D);
    float[] best = new float[Math.max(fast.room(), plain.room())];
    float[] scratch = new float[Math.max(fast.scratch(), plain.scratch())];
    for (int tries = 0; tries < 1 << 16; tries++) {
      long begun = System.nanoTime();
      plain.maxima(item.rows(), 0, item.length(0), best, new float[0], scratch);
      long between = System.nanoTime();
      fast.maxima(item.rows(), 0, item.length(0), best, new float[0], scratch);
      if (System.nanoTime() - between < between - begun) {
        return;
      }
    }
  }
}
