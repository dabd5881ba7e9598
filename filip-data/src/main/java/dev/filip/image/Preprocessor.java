package dev.filip.image;

import dev.filip.config.PixelBehaviour;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Applies a {@link Preprocess}: decode, resize, centre crop, normalise. Only the part of the resize
 * that the crop keeps is computed. Thread-safe; meant to be kept.
 */
public final class Preprocessor {
  private final Preprocess settings;
  private final DecodeOptions decoding;
  private final PilResize resize = new PilResize();
  private final Normalizer normalizer;

  /** With the default limit on pixels. */
  public Preprocessor(Preprocess settings) {
    this(settings, DecodeOptions.DEFAULT);
  }

  /** With an own limit; rotation and alpha are as the settings say. */
  public Preprocessor(Preprocess settings, DecodeOptions decoding) {
    this.settings = settings;
    this.decoding = decoding.withExifRotation(settings.exifRotation());
    this.normalizer = new Normalizer(settings);
  }

  /** What it applies. */
  public Preprocess settings() {
    return settings;
  }

  /** Decodes as the settings say. */
  public PackedImage decode(byte[] encoded) throws UndecodableImage {
    return ImageDecoder.decodePacked(encoded, decoding);
  }

  /** An encoded image to {@code [3, height, width]}. */
  public float[] apply(byte[] encoded) throws UndecodableImage {
    return apply(decode(encoded));
  }

  /** A decoded image to {@code [3, height, width]}. */
  public float[] apply(PackedImage image) {
    return normalised(pixels(image));
  }

  /** What {@link #pixels} gave, normalised: {@code [3, height, width]}. */
  public float[] normalised(PackedImage pixels) {
    float[] out = new float[3 * settings.width() * settings.height()];
    normalizer.write(pixels, out, 0);
    return out;
  }

  /** The same, written from a byte on: in native order, aligned. */
  public void normalise(PackedImage pixels, MemorySegment to, long at) {
    normalizer.write(pixels, to, at);
  }

  /** What the normalisation makes of byte v of channel c, at {@code 256 c + v}; a copy. */
  public float[] values() {
    return normalizer.table();
  }

  /** The pixels before the normalisation: resized, cropped, opaque. */
  public PackedImage pixels(PackedImage image) {
    if (settings.behaviour() == PixelBehaviour.TRANSFORMERS) {
      return geometry(image.flatten(DecodeOptions.Alpha.WHITE), settings.resample());
    }
    return switch (image.stored()) {
      case PLAIN -> geometry(image, settings.resample());
      case ALPHA_KEY -> geometry(image.flatten(DecodeOptions.Alpha.DROP), settings.resample());
      case INDEXED, INDEXED_ALPHA ->
          geometry(image.flatten(DecodeOptions.Alpha.DROP), Resample.NEAREST);
      case ALPHA_CHANNEL -> {
        boolean same = target(image).equals(new Preprocess.Exact(image.width(), image.height()));
        PackedImage done =
            same
                ? geometry(image, settings.resample())
                : Premultiplied.undo(geometry(Premultiplied.of(image), settings.resample()));
        yield done.flatten(DecodeOptions.Alpha.DROP);
      }
    };
  }

  private Preprocess.Exact target(PackedImage image) {
    int w = image.width();
    int h = image.height();
    return switch (settings.size()) {
      case null -> new Preprocess.Exact(w, h);
      case Preprocess.Exact exact -> exact;
      case Preprocess.ShortestEdge(int length) -> {
        int other = (int) ((double) ((long) length * Math.max(w, h)) / Math.min(w, h));
        yield w <= h ? new Preprocess.Exact(length, other) : new Preprocess.Exact(other, length);
      }
    };
  }

  private PackedImage geometry(PackedImage image, Resample how) {
    Preprocess.Exact size = target(image);
    Preprocess.Exact crop = settings.crop() == null ? size : settings.crop();
    int x = offset(size.width(), crop.width());
    int y = offset(size.height(), crop.height());
    PilResize.Crop wanted = new PilResize.Crop(x, y, crop.width(), crop.height());
    boolean inside = x >= 0 && y >= 0;
    PilResize.Crop made = inside ? wanted : PilResize.Crop.all(size.width(), size.height());
    PilResize.Crop all = PilResize.Crop.all(image.width(), image.height());
    PackedImage resized = resize.resize(image, all, size.width(), size.height(), how, made);
    return inside ? resized : pad(resized, wanted);
  }

  /** Where the pixels of such a picture come to lie. */
  public Placement placement(PackedImage image) {
    Preprocess.Exact size = target(image);
    return new Placement(
        (double) size.width() / image.width(),
        (double) size.height() / image.height(),
        offset(size.width(), settings.width()),
        offset(size.height(), settings.height()));
  }

  /** Where the crop begins; negative where the picture is smaller. */
  private int offset(int size, int crop) {
    if (settings.behaviour() == PixelBehaviour.TRANSFORMERS) {
      return Math.floorDiv(size - crop, 2);
    }
    return size < crop ? -((crop - size) / 2) : (int) Math.rint((size - crop) / 2.0);
  }

  private static PackedImage pad(PackedImage image, PilResize.Crop wanted) {
    int[] out = new int[wanted.width() * wanted.height()];
    Arrays.fill(out, 0xFF);
    for (int y = 0; y < wanted.height(); y++) {
      for (int x = 0; x < wanted.width(); x++) {
        int fromX = x + wanted.x();
        int fromY = y + wanted.y();
        if (fromX >= 0 && fromX < image.width() && fromY >= 0 && fromY < image.height()) {
          out[y * wanted.width() + x] = image.pixels()[fromY * image.width() + fromX];
        }
      }
    }
    return new PackedImage(wanted.width(), wanted.height(), out, image.stored());
  }

  /** PIL's conversions between RGBA and its premultiplied form (Convert.c), rounding included. */
  private static final class Premultiplied {
    private Premultiplied() {}

    static PackedImage of(PackedImage image) {
      int[] out = new int[image.pixels().length];
      for (int i = 0; i < out.length; i++) {
        int pixel = image.pixels()[i];
        int a = pixel & 0xFF;
        out[i] =
            times(pixel >>> 24, a) << 24
                | times(pixel >>> 16 & 0xFF, a) << 16
                | times(pixel >>> 8 & 0xFF, a) << 8
                | a;
      }
      return new PackedImage(image.width(), image.height(), out, image.stored());
    }

    private static int times(int value, int alpha) {
      int product = value * alpha + 128;
      return (product >> 8) + product >> 8;
    }

    static PackedImage undo(PackedImage image) {
      int[] out = new int[image.pixels().length];
      for (int i = 0; i < out.length; i++) {
        int pixel = image.pixels()[i];
        int a = pixel & 0xFF;
        out[i] =
            a == 0 || a == 255
                ? pixel
                : over(pixel >>> 24, a) << 24
                    | over(pixel >>> 16 & 0xFF, a) << 16
                    | over(pixel >>> 8 & 0xFF, a) << 8
                    | a;
      }
      return new PackedImage(image.width(), image.height(), out, image.stored());
    }

    private static int over(int value, int alpha) {
      return Math.min(255, 255 * value / alpha);
    }
  }
}
