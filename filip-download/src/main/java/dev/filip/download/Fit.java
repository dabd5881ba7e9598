package dev.filip.download;

import dev.filip.image.ImageEncoder;
import dev.filip.io.BadInput;

/**
 * What becomes of a picture's pixels, in img2dataset's words. Immutable.
 *
 * @param mode how it is resized
 * @param size pixels of the side that the mode speaks of
 * @param onlyIfBigger leave smaller pictures as they are
 * @param leastSide pictures with a shorter side are refused; 0 takes all
 * @param mostArea pictures of more pixels are refused; 0 takes all
 * @param mostAspect pictures whose longer side is more times the shorter are refused; 0 takes all
 * @param format what is written
 * @param quality of JPEG and WebP, 1 to 100
 */
public record Fit(
    Mode mode,
    int size,
    boolean onlyIfBigger,
    int leastSide,
    long mostArea,
    double mostAspect,
    ImageEncoder.Format format,
    int quality) {
  /** img2dataset's modes. */
  public enum Mode {
    /** As it is. */
    NO,
    /** The longer side at the size, the rest of a square white. */
    BORDER,
    /** The shorter side at the size. */
    KEEP_RATIO,
    /** The longer side at the size. */
    KEEP_RATIO_LARGEST,
    /** The shorter side at the size, the middle square of it. */
    CENTER_CROP
  }

  /** Pictures as they come, as JPEG of quality 95. */
  public static final Fit DEFAULT =
      new Fit(Mode.NO, 256, false, 0, 0, 0, ImageEncoder.Format.JPG, 95);

  public Fit {
    BadInput.require(size > 0 && size <= 16_000, "--image-size", size, "in [1, 16000]");
    BadInput.require(leastSide >= 0, "--min-image-size", leastSide, ">= 0");
    BadInput.require(mostArea >= 0, "--max-image-area", mostArea, ">= 0");
    BadInput.require(
        mostAspect == 0 || mostAspect >= 1 && Double.isFinite(mostAspect),
        "--max-aspect-ratio",
        mostAspect,
        ">= 1, or 0 for any");
    BadInput.require(quality >= 1 && quality <= 100, "--encode-quality", quality, "in [1, 100]");
  }

  /** The same with another mode and size. */
  public Fit with(Mode other, int pixels) {
    return new Fit(other, pixels, onlyIfBigger, leastSide, mostArea, mostAspect, format, quality);
  }
}
