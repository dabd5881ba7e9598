package dev.filip.tokens;

/** Rounding of finite floats to bf16, their upper halves. Stateless. */
public final class Bf16 {
  private Bf16() {}

  /** Bits of the nearest bf16 as a float's, of two equally near the even one. */
  public static int rounded(float value) {
    int bits = Float.floatToRawIntBits(value);
    return bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000;
  }

  /** The nearest bf16. */
  public static short of(float value) {
    return (short) (rounded(value) >>> 16);
  }

  /** The float that a bf16 is, exactly. */
  public static float value(short half) {
    return Float.intBitsToFloat(half << 16);
  }
}
