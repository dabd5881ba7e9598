package dev.filip.kernel;

import dev.filip.codes.CodeQuery;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API form: query tokens in lanes, a word of a code broadcast to all of them, and counts
 * of the bits it shares with each plane. No sum across lanes until an image's end.
 */
final class VectorCodeScan implements CodeScan {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int V = I.length();

  /** Ints between two planes, and between two words, of one lane. */
  private static final int PLANE = CodeQuery.LANES;

  private static final int WORD = CodeQuery.PLANES * PLANE;

  @Override
  public void scores(
      CodeQuery query,
      MemorySegment codes,
      MemorySegment factors,
      long[] start,
      int from,
      int to,
      float[] scores) {
    int lanes = query.blocks() * CodeQuery.LANES;
    float[] best = new float[lanes];
    for (int image = from; image < to; image++) {
      for (int lane = 0; lane < lanes; lane += V) {
        best(query, lane, codes, factors, start[image], start[image + 1], best);
      }
      query.scores(best, scores, (image - from) * query.queries());
    }
  }

  /** The largest estimates of a vector of lanes over the tokens of an image. */
  private static void best(
      CodeQuery query,
      int lane,
      MemorySegment codes,
      MemorySegment factors,
      long first,
      long end,
      float[] out) {
    int words = query.words();
    int[] planes = query.planes();
    int plane = lane / CodeQuery.LANES * words * WORD + lane % CodeQuery.LANES;
    FloatVector step = FloatVector.fromArray(F, query.step(), lane);
    FloatVector low = FloatVector.fromArray(F, query.low(), lane);
    FloatVector sum = FloatVector.fromArray(F, query.sum(), lane);
    FloatVector best = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    for (long token = first; token < end; token++) {
      long at = token * words * Integer.BYTES;
      IntVector a = IntVector.zero(I);
      IntVector b = a;
      IntVector c = a;
      IntVector d = a;
      int ones = 0;
      for (int w = 0, p = plane; w < words; w++, p += WORD) {
        int code = codes.get(WORDS, at + 4L * w);
        ones += Integer.bitCount(code);
        IntVector bits = IntVector.broadcast(I, code);
        a = a.add(shared(bits, planes, p));
        b = b.add(shared(bits, planes, p + PLANE));
        c = c.add(shared(bits, planes, p + 2 * PLANE));
        d = d.add(shared(bits, planes, p + 3 * PLANE));
      }
      IntVector high = c.add(d.lanewise(VectorOperators.LSHL, 1));
      IntVector count =
          a.add(b.lanewise(VectorOperators.LSHL, 1)).add(high.lanewise(VectorOperators.LSHL, 2));
      FloatVector product =
          ((FloatVector) count.convert(VectorOperators.I2F, 0))
              .mul(step)
              .add(low.mul(ones))
              .sub(sum);
      float factor = Float.float16ToFloat(factors.get(HALVES, token * Short.BYTES));
      best = best.max(product.mul(factor));
    }
    best.intoArray(out, lane);
  }

  private static IntVector shared(IntVector bits, int[] planes, int at) {
    return IntVector.fromArray(I, planes, at).and(bits).lanewise(VectorOperators.BIT_COUNT);
  }
}
