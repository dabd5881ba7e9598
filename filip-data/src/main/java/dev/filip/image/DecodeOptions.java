package dev.filip.image;

import dev.filip.io.BadInput;

/**
 * How to decode.
 *
 * @param maxPixels an image whose header says more is refused before it is decoded
 * @param exifRotation turn as the EXIF orientation says (the Python tools do not)
 * @param alpha what becomes of transparency
 */
public record DecodeOptions(long maxPixels, boolean exifRotation, Alpha alpha) {
  /** 100 million pixels, no rotation, blended onto white. */
  public static final DecodeOptions DEFAULT = new DecodeOptions(100_000_000L, false, Alpha.WHITE);

  public DecodeOptions {
    BadInput.require(
        maxPixels > 0 && maxPixels <= Integer.MAX_VALUE / 4,
        "max_pixels",
        maxPixels,
        "from 1 to " + Integer.MAX_VALUE / 4);
  }

  /** The same with another treatment of transparency. */
  public DecodeOptions withAlpha(Alpha other) {
    return new DecodeOptions(maxPixels, exifRotation, other);
  }

  /** The same, turned by EXIF or not. */
  public DecodeOptions withExifRotation(boolean turn) {
    return new DecodeOptions(maxPixels, turn, alpha);
  }

  /** The same with another limit. */
  public DecodeOptions withMaxPixels(long most) {
    return new DecodeOptions(most, exifRotation, alpha);
  }

  /** What becomes of transparency. */
  enum Alpha {
    /** Blended onto white, rounded as PIL's {@code alpha_composite} (transformers 5). */
    WHITE,
    /**
     * Left out: the colour stored under transparent pixels shows (PIL's {@code convert("RGB")}).
     */
    DROP
  }
}
