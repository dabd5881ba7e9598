package dev.filip.kernel;

import dev.filip.codes.CodeQuery;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Estimates the late-interaction scores of many images from their one-bit codes, for a query or for
 * several in one pass: the weighted sum over query tokens of the largest estimate over an image's
 * tokens. Each query's estimates are the same bits whatever is asked beside it. Thread-safe; runs
 * on the calling thread.
 */
public sealed interface CodeScan permits VectorCodeScan, CodeScan.Plain, CodeScan.Beginning {
  /** Words of codes as they lie on disk. */
  ValueLayout.OfInt WORDS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Factors, fp16. */
  ValueLayout.OfShort HALVES = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * @param codes {@code [tokens of all images, words]}, {@link #WORDS}
   * @param factors {@code [tokens of all images]}, {@link #HALVES}
   * @param start first token of each image, and after the last the number of all
   * @param from first image
   * @param to after the last
   * @param scores those of image i go to {@code (i - from) * queries} and the places behind it
   */
  void scores(
      CodeQuery query,
      MemorySegment codes,
      MemorySegment factors,
      long[] start,
      int from,
      int to,
      float[] scores);

  /** What is best now: plain loops until vectors are compiled ({@link VectorWarmUp}). */
  static CodeScan now() {
    return VectorWarmUp.isDone() ? vector() : new Beginning();
  }

  /** What runs here when it is compiled; the same bits as plain loops. */
  static CodeScan active() {
    return Kernels.active().vector() ? vector() : new Plain();
  }

  private static CodeScan vector() {
    return new VectorCodeScan();
  }

  /** Plain loops whose time counts towards getting vectors compiled. */
  final class Beginning implements CodeScan {
    @Override
    public void scores(
        CodeQuery query,
        MemorySegment codes,
        MemorySegment factors,
        long[] start,
        int from,
        int to,
        float[] scores) {
      long begun = System.nanoTime();
      new Plain().scores(query, codes, factors, start, from, to, scores);
      VectorWarmUp.spent(System.nanoTime() - begun);
    }
  }

  /** Plain loops: the oracle, and what runs without the Vector API. */
  final class Plain implements CodeScan {
    @Override
    public void scores(
        CodeQuery query,
        MemorySegment codes,
        MemorySegment factors,
        long[] start,
        int from,
        int to,
        float[] scores) {
      float[] best = new float[query.blocks() * CodeQuery.LANES];
      for (int image = from; image < to; image++) {
        query.clear(best);
        for (long token = start[image]; token < start[image + 1]; token++) {
          float factor = Float.float16ToFloat(factors.get(HALVES, token * Short.BYTES));
          for (int lane = 0; lane < query.tokens(); lane++) {
            best[lane] = Math.max(best[lane], factor * product(query, lane, codes, token));
          }
        }
        query.scores(best, scores, (image - from) * query.queries());
      }
    }

    /** Signs of a code times a lane's rounded numbers. */
    private static float product(CodeQuery query, int lane, MemorySegment codes, long token) {
      int words = query.words();
      int block = lane / CodeQuery.LANES * words;
      int count = 0;
      int ones = 0;
      for (int word = 0; word < words; word++) {
        int code = codes.get(WORDS, (token * words + word) * Integer.BYTES);
        ones += Integer.bitCount(code);
        for (int plane = 0; plane < CodeQuery.PLANES; plane++) {
          int at = ((block + word) * CodeQuery.PLANES + plane) * CodeQuery.LANES;
          int bits = query.planes()[at + lane % CodeQuery.LANES] & code;
          count += Integer.bitCount(bits) << plane;
        }
      }
      return query.step()[lane] * count + query.low()[lane] * ones - query.sum()[lane];
    }
  }
}
