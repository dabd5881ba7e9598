package dev.filip.image;

/** How a file stored its pixels: what the Python tools treat apart. */
public enum Stored {
  /** Opaque colour or gray. */
  PLAIN,
  /** With a channel of opacity (PIL's RGBA and LA). */
  ALPHA_CHANNEL,
  /** Colour or gray with one transparent value (PNG's {@code tRNS}). */
  ALPHA_KEY,
  /** A palette, or one bit a pixel: PIL resizes these by nearest neighbour unless converted. */
  INDEXED,
  /** A palette with transparent entries. */
  INDEXED_ALPHA;

  /** Whether the pixels' last byte means opacity. */
  public boolean alpha() {
    return this == ALPHA_CHANNEL || this == ALPHA_KEY || this == INDEXED_ALPHA;
  }

  /** Whether it is a palette or 1-bit picture. */
  public boolean indexed() {
    return this == INDEXED || this == INDEXED_ALPHA;
  }

  static Stored indexed(boolean alpha) {
    return alpha ? INDEXED_ALPHA : INDEXED;
  }
}
