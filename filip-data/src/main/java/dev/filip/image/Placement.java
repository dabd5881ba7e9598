package dev.filip.image;

/**
 * Where the pixels of a stored image come to lie in a model's input: {@code x' = x * scaleX -
 * offsetX}, the same for y. Resize first (scale), centre crop second (offset; negative where the
 * crop pads).
 */
public record Placement(double scaleX, double scaleY, double offsetX, double offsetY) {
  /** Stored pixels are input pixels. */
  public static final Placement IDENTITY = new Placement(1, 1, 0, 0);

  /** Input x of stored x. */
  public double x(double stored) {
    return stored * scaleX - offsetX;
  }

  /** Input y of stored y. */
  public double y(double stored) {
    return stored * scaleY - offsetY;
  }
}
