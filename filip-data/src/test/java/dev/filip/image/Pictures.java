package dev.filip.image;

/** The generated picture of {@code make_resize.py}: noise and hard edges. */
final class Pictures {
  private Pictures() {}

  static RgbImage checked(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          long mixed = (x * 73856093L ^ y * 19349663L ^ c * 83492791L) * 2654435761L;
          boolean square = (x / 8 + y / 8) % 2 == 1;
          rgb[at++] = (byte) (square ? (c == 1 ? 0 : 255) : mixed >>> 24);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }
}
