package dev.filip.config;

/**
 * How a GPU makes the similarities of FILIP's loss; a CPU's loss has tiles of its own.
 *
 * @param mib of a tile
 * @param kernel what makes and reduces tiles
 */
public record LossTiles(int mib, Kernel kernel) {
  static final Section<LossTiles> KEYS =
      Section.of(
          "loss",
          LossTiles.class,
          Key.of(
                  "tile_mib",
                  Type.whole("in [1, 65536]"),
                  64,
                  "MiB of a tile of similarities on a GPU: more is faster with large batches, where"
                      + " the memory is there ([GPU.md](GPU.md#the-loss-on-a-device))")
              .filling("mib")
              .quietly(),
          Key.of(
                  "kernel",
                  Type.word(Kernel.class),
                  Kernel.TILES,
                  "what reduces them on a GPU: libtorch's operations (`tiles`), or kernels of our"
                      + " own (`fused`), which no GPU has run")
              .quietly());

  /**
   * By libtorch, of a size that on an H200 was within a third of the best at batches of 256 to
   * 4,096 (docs/GPU.md).
   */
  public static final LossTiles USUAL = KEYS.byDefault();

  public LossTiles {
    KEYS.check(mib, kernel);
  }

  /** Of a tile. */
  public long bytes() {
    return (long) mib << 20;
  }

  /** What reduces similarities to maxima and winners. */
  public enum Kernel {
    TILES,
    FUSED
  }
}
