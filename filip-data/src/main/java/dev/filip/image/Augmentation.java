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
      Crop part = RandomCrop.draw(image.width(), image.height(), kept.min(), kept.max(), random);
      int w = settings.width();
      int h = settings.height();
      out =
          resize.resize(
              image.flatten(Alpha.WHITE), part, w, h, settings.resample(), Crop.all(w, h));
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
}
