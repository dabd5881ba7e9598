package dev.filip.image;

import dev.filip.config.AugmentConfig;
import java.util.SplittableRandom;

/**
 * Random changes of a training image, all drawn from the generator that is passed: random resized
 * crop, mirror image, AutoAugment, restyling, in this order (torchvision's). Thread-safe.
 *
 * <p>Crops of 1 are no random crop but the model's own resize and centre crop; pictures are
 * mirrored half of the time, unless the caption says left or right.
 */
public record Augmentation(AugmentConfig config) {
  /** Nothing is changed. */
  public static final Augmentation NONE = new Augmentation(AugmentConfig.NONE);

  /** Whether it cuts at random. */
  public boolean crops() {
    return config.crop().min() < 1;
  }

  /**
   * The augmented picture at the model's size, opaque.
   *
   * @param caption the text it will be paired with
   */
  public PackedImage apply(
      PackedImage image,
      String caption,
      Preprocessor preprocessor,
      PilResize resize,
      SplittableRandom random) {
    PackedImage out;
    if (crops()) {
      Preprocess settings = preprocessor.settings();
      AugmentConfig.Crop kept = config.crop();
      PilResize.Crop part =
          RandomCrop.draw(image.width(), image.height(), kept.min(), kept.max(), random);
      int w = settings.width();
      int h = settings.height();
      out =
          resize.resize(
              image.flatten(DecodeOptions.Alpha.WHITE),
              part,
              w,
              h,
              settings.resample(),
              PilResize.Crop.all(w, h));
    } else {
      out = preprocessor.pixels(image);
    }
    if (config.flip() && random.nextBoolean() && !saysSide(caption)) {
      out = mirrored(out);
    }
    if (config.autoaugment() == AugmentConfig.Policy.IMAGENET) {
      out = AutoAugment.imagenet(out, random);
    }
    return config.style() > 0 ? Restyle.apply(out, config.style(), random) : out;
  }

  private static boolean saysSide(String caption) {
    for (String word : caption.toLowerCase(java.util.Locale.ROOT).split("[^a-z]+")) {
      if (word.startsWith("left") || word.startsWith("right")) {
        return true;
      }
    }
    return false;
  }

  /** Left and right exchanged. */
  static PackedImage mirrored(PackedImage image) {
    int w = image.width();
    int[] from = image.pixels();
    int[] to = new int[from.length];
    for (int row = 0; row < from.length; row += w) {
      for (int x = 0; x < w; x++) {
        to[row + x] = from[row + w - 1 - x];
      }
    }
    return new PackedImage(w, image.height(), to, image.stored());
  }

  /**
   * The part that torchvision's {@code RandomResizedCrop} would cut: area share and aspect drawn.
   */
  static final class RandomCrop {
    private static final double LOG_ASPECT = Math.log(4 / 3.0);
    private static final int TRIES = 10;

    private RandomCrop() {}

    static PilResize.Crop draw(
        int width, int height, double least, double most, SplittableRandom random) {
      double area = (double) width * height;
      for (int i = 0; i < TRIES; i++) {
        double share = area * (least + (most - least) * random.nextDouble());
        double aspect = Math.exp(LOG_ASPECT * (2 * random.nextDouble() - 1));
        int w = (int) Math.rint(Math.sqrt(share * aspect));
        int h = (int) Math.rint(Math.sqrt(share / aspect));
        if (w > 0 && w <= width && h > 0 && h <= height) {
          return new PilResize.Crop(
              random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
        }
      }
      return middle(width, height);
    }

    /** The largest middle part with an aspect that may be drawn. */
    private static PilResize.Crop middle(int width, int height) {
      int w = width;
      int h = height;
      if (3L * width < 4L * height && 4L * width < 3L * height) {
        h = (int) Math.rint(width / 0.75);
      } else if (3L * width > 4L * height) {
        w = (int) Math.rint(height * 4 / 3.0);
      }
      w = Math.min(w, width);
      h = Math.min(h, height);
      return new PilResize.Crop((width - w) / 2, (height - h) / 2, w, h);
    }
  }
}
