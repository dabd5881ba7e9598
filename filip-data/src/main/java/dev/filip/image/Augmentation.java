package dev.filip.image;

import dev.filip.io.BadInput;
import java.util.SplittableRandom;

/**
 * Random changes of a training image, all drawn from the generator that is passed: random resized
 * crop, mirror image, AutoAugment, restyling, in this order (torchvision's). Thread-safe.
 *
 * @param cropMin smallest share of the area kept; 1 with {@code cropMax} 1 means no random crop but
 *     the model's own resize and centre crop
 * @param flip mirrored half of the time, unless the caption says left or right
 * @param policy AutoAugment's
 * @param style strength of the restyling, 0 (none) to 1
 */
public record Augmentation(
    double cropMin, double cropMax, boolean flip, Policy policy, double style) {
  /** Nothing is changed. */
  public static final Augmentation NONE = new Augmentation(1, 1, false, Policy.NONE, 0);

  /** Which learned policy. */
  public enum Policy {
    NONE,
    IMAGENET
  }

  public Augmentation {
    BadInput.require(
        cropMin > 0 && cropMin <= cropMax && cropMax <= 1,
        "augment.crop",
        "[" + cropMin + ", " + cropMax + "]",
        "two shares of the area in (0, 1], the smaller first");
    BadInput.require(style >= 0 && style <= 1, "augment.style", style, "in [0, 1]");
  }

  /** Whether it cuts at random. */
  public boolean crops() {
    return cropMin < 1;
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
      Crop part = RandomCrop.draw(image.width(), image.height(), cropMin, cropMax, random);
      int w = settings.width();
      int h = settings.height();
      out =
          resize.resize(
              image.flatten(Alpha.WHITE), part, w, h, settings.resample(), Crop.all(w, h));
    } else {
      out = preprocessor.pixels(image);
    }
    if (flip && random.nextBoolean() && !saysSide(caption)) {
      out = mirrored(out);
    }
    if (policy == Policy.IMAGENET) {
      out = AutoAugment.imagenet(out, random);
    }
    return style > 0 ? Restyle.apply(out, style, random) : out;
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
