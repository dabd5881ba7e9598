package dev.filip.image;

/** A rectangle of whole pixels. */
public record Crop(int x, int y, int width, int height) {
  /** All of a picture. */
  public static Crop all(int width, int height) {
    return new Crop(0, 0, width, height);
  }

  void within(int w, int h) {
    if (x < 0 || y < 0 || width <= 0 || height <= 0 || x + width > w || y + height > h) {
      throw new IllegalArgumentException(this + " is not inside " + w + " x " + h);
    }
  }
}
