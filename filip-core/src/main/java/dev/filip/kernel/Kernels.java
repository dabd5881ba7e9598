package dev.filip.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * Which form of the inner loops this machine runs. The Vector API form needs its module ({@link
 * VectorModule}), a fused multiply-add in hardware and vectors of at least four floats; {@code
 * -Dfilip.kernel=scalar} turns it off.
 */
public final class Kernels {
  private Kernels() {}

  /**
   * {@code scalar}, or {@code vector} with the width in bits.
   *
   * @param name as a report shows it, such as {@code vector512}
   * @param reason why not the vector form; empty where it runs
   */
  public record Form(String name, boolean vector, String reason) {}

  /** What runs here. */
  public static Form active() {
    String reason = obstacle();
    return reason.isEmpty()
        ? new Form("vector" + bits(), true, "")
        : new Form("scalar", false, reason);
  }

  /** Whether there is a Vector API at all, however wide; loads its module where that is needed. */
  public static boolean haveVectors() {
    return VectorModule.isThere();
  }

  static Tile tile() {
    return active().vector() ? vectorTile() : new ScalarTile();
  }

  /** Of features rounded to bf16: the product's, or the plain loops where no vectors run. */
  static Tile tile(Bf16Product product) {
    return active().vector() ? productTile(product) : new ScalarTile();
  }

  private static Tile productTile(Bf16Product product) {
    return new ProductTile(product);
  }

  private static Tile vectorTile() {
    return new VectorTile();
  }

  private static int bits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  private static String obstacle() {
    if ("scalar".equals(System.getProperty("filip.kernel"))) {
      return "filip.kernel=scalar";
    }
    if (!VectorModule.isThere()) {
      return VectorModule.missing();
    }
    if (bits() < 128) {
      return "vectors of " + bits() + " bits";
    }
    return Fma.inHardware() ? "" : "no fused multiply-add (UseFMA is off)";
  }
}
