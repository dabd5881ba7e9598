package dev.filip.eval;

/**
 * From pixels of the stored image to pixels of the model's input: {@code x' = x * scaleX -
 * offsetX}, the same for y. Resize first (scale), centre crop second (offset; negative where the
 * crop pads).
 */
public record CropMap(double scaleX, double scaleY, double offsetX, double offsetY) {
  /** Stored pixels are input pixels. */
  public static final CropMap IDENTITY = new CropMap(1, 1, 0, 0);

  /** A box {@code x0, y0, x1, y1} in input pixels; may reach beyond the crop. */
  public Rect map(Rect stored) {
    return new Rect(
        stored.x0() * scaleX - offsetX,
        stored.y0() * scaleY - offsetY,
        stored.x1() * scaleX - offsetX,
        stored.y1() * scaleY - offsetY);
  }
}
