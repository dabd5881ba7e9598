package dev.filip.download;

import dev.filip.image.AreaResize;
import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.ImageEncoder;
import dev.filip.image.ImageHeader;
import dev.filip.image.PackedImage;
import dev.filip.image.PilResize;
import dev.filip.image.Resample;
import dev.filip.image.UndecodableImage;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/**
 * Makes of a fetched file the one that is kept. All pixels are decoded, so that what is broken is
 * found; a file of the wanted kind whose pixels stay as they are keeps its bytes. Sizes are
 * img2dataset's to the pixel, and so are the pixels of pictures that become smaller. Thread-safe.
 */
final class Fitter {
  /** Of packed pixels, those that a decoder holds beside, and what resizing makes of them. */
  private static final int BYTES_A_PIXEL = 16;

  private static final int THOUSAND = 1000;
  private static final int WHITE = -1;
  private final Fit fit;
  private final DecodeOptions decoding;
  private final AreaResize smaller = new AreaResize();
  private final PilResize larger = new PilResize();

  /** Thousands of pixels in work at once: half the heap, or one picture of the largest size. */
  private final Semaphore room;

  private final int all;

  /** A picture that is refused by its size, in img2dataset's words. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String reason) {
      super(reason);
    }

    /** Can be counted. */
    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /**
   * What is kept.
   *
   * @param file of the wanted kind
   * @param orientation EXIF's 1 to 8 of the fetched file; its pixels are not turned
   */
  record Fitted(byte[] file, int width, int height, int oldWidth, int oldHeight, int orientation) {}

  /** A size in pixels. */
  record Size(int width, int height) {}

  Fitter(Fit fit, long mostPixels) {
    this.fit = fit;
    this.decoding = DecodeOptions.DEFAULT.withMaxPixels(mostPixels);
    long heap = Runtime.getRuntime().maxMemory() / 2 / BYTES_A_PIXEL;
    this.all = (int) (Math.max(heap, mostPixels) / THOUSAND + 1);
    this.room = new Semaphore(all, true);
  }

  /** Decodes, resizes, encodes. */
  Fitted fit(byte[] file) throws UndecodableImage, Refused, InterruptedException {
    ImageHeader header = ImageHeader.of(file);
    require(header);
    long pixels = header.pixels() / THOUSAND + 1;
    int wanted = (int) Math.min(pixels, all);
    room.acquire(wanted);
    try {
      PackedImage image = ImageDecoder.decodeOpaque(file, decoding);
      PackedImage fitted = fitted(image);
      boolean same = fitted == image && header.kind() == fit.format().kind();
      byte[] kept = same ? file : ImageEncoder.encode(fitted, fit.format(), fit.quality());
      return new Fitted(
          kept,
          fitted.width(),
          fitted.height(),
          image.width(),
          image.height(),
          header.orientation());
    } finally {
      room.release(wanted);
    }
  }

  private void require(ImageHeader header) throws Refused {
    int shorter = Math.min(header.width(), header.height());
    int longer = Math.max(header.width(), header.height());
    if (shorter < fit.leastSide()) {
      throw new Refused("image too small");
    }
    if (fit.mostArea() > 0 && header.pixels() > fit.mostArea()) {
      throw new Refused("image area too large");
    }
    if (fit.mostAspect() > 0 && (double) longer / shorter > fit.mostAspect()) {
      throw new Refused("aspect ratio too large");
    }
  }

  private PackedImage fitted(PackedImage image) {
    Size size = scaled(image.width(), image.height());
    PackedImage resized = resized(image, size.width, size.height);
    if (!applies(image.width(), image.height())) {
      return resized;
    }
    return switch (fit.mode()) {
      case BORDER -> bordered(resized);
      case CENTER_CROP -> cropped(resized);
      case NO, KEEP_RATIO, KEEP_RATIO_LARGEST -> resized;
    };
  }

  /** Smaller by the mean of what a pixel covers, as img2dataset does; larger by PIL's bicubic. */
  private PackedImage resized(PackedImage image, int width, int height) {
    if (width == image.width() && height == image.height()) {
      return image;
    }
    return width <= image.width() && height <= image.height()
        ? smaller.resize(image, width, height)
        : larger.resize(image, width, height, Resample.BICUBIC);
  }

  private boolean applies(int width, int height) {
    int side = sideThatCounts(width, height);
    return fit.mode() != Fit.Mode.NO && (!fit.onlyIfBigger() || side > fit.size());
  }

  private int sideThatCounts(int width, int height) {
    return switch (fit.mode()) {
      case KEEP_RATIO, CENTER_CROP -> Math.min(width, height);
      case NO, BORDER, KEEP_RATIO_LARGEST -> Math.max(width, height);
    };
  }

  /** Before border and crop. */
  Size scaled(int width, int height) {
    if (!applies(width, height)) {
      return new Size(width, height);
    }
    double scale = fit.size() / (double) sideThatCounts(width, height);
    return new Size(rounded(width * scale), rounded(height * scale));
  }

  /** Python's round: halves to the even number. */
  private static int rounded(double side) {
    return (int) Math.max(1, Math.rint(side));
  }

  private PackedImage bordered(PackedImage image) {
    int side = fit.size();
    if (image.width() == side && image.height() == side) {
      return image;
    }
    int[] pixels = new int[side * side];
    Arrays.fill(pixels, WHITE);
    int left = (side - image.width()) / 2;
    int top = (side - image.height()) / 2;
    for (int y = 0; y < image.height(); y++) {
      System.arraycopy(
          image.pixels(), y * image.width(), pixels, (top + y) * side + left, image.width());
    }
    return PackedImage.opaque(side, side, pixels);
  }

  private PackedImage cropped(PackedImage image) {
    int side = fit.size();
    if (image.width() == side && image.height() == side) {
      return image;
    }
    int[] pixels = new int[side * side];
    int left = (image.width() - side) / 2;
    int top = (image.height() - side) / 2;
    for (int y = 0; y < side; y++) {
      System.arraycopy(image.pixels(), (top + y) * image.width() + left, pixels, y * side, side);
    }
    return PackedImage.opaque(side, side, pixels);
  }
}
