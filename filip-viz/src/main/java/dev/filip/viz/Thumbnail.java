package dev.filip.viz;

import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.PilResize;
import dev.filip.image.Resample;
import dev.filip.image.RgbImage;
import dev.filip.image.UndecodableImage;

/** Small pictures for pages. Stateless. */
public final class Thumbnail {
  private static final int SIDE = 160;

  private Thumbnail() {}

  /**
   * A PNG of an encoded image, its longer side at most {@value #SIDE} pixels.
   *
   * @throws UndecodableImage where it cannot be read
   */
  public static byte[] png(byte[] encoded) throws UndecodableImage {
    RgbImage image = ImageDecoder.decode(encoded, DecodeOptions.DEFAULT);
    double scale = Math.min(1, SIDE / (double) Math.max(image.width(), image.height()));
    int width = Math.max(1, (int) Math.round(image.width() * scale));
    int height = Math.max(1, (int) Math.round(image.height() * scale));
    RgbImage small = new PilResize().resize(image, width, height, Resample.BICUBIC);
    return AwtImages.png(AwtImages.awt(small));
  }
}
