package dev.filip.viz;

import dev.filip.image.RgbImage;

/** A made-up picture: a ground with a disc and a square. */
final class Toy {
  private Toy() {}

  static PatchGrid grid(int side, int rows, int columns) {
    byte[] rgb = new byte[side * side * 3];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int color = 0xb9d3ea - (y * 40 / side) * 0x010101;
        if (Math.hypot(x - side * 0.3, y - side * 0.32) < side * 0.2) {
          color = 0xd9482b;
        }
        if (x > side * 0.58 && x < side * 0.9 && y > side * 0.55 && y < side * 0.9) {
          color = 0x2f7d46;
        }
        int at = (y * side + x) * 3;
        rgb[at] = (byte) (color >> 16);
        rgb[at + 1] = (byte) (color >> 8);
        rgb[at + 2] = (byte) color;
      }
    }
    return new PatchGrid(new RgbImage(side, side, rgb), rows, columns);
  }
}
