package dev.filip.config;

import static dev.filip.io.BadInput.require;

import java.util.List;

/** What happens to a training image before normalisation. */
public record AugmentConfig(Crop crop, boolean flip, Policy autoaugment, double style) {
  static final Section<AugmentConfig> KEYS =
      Section.of(
          "augment",
          AugmentConfig.class,
          Key.of(
              "crop",
              Crop.TYPE,
              Crop.NONE,
              "0 < min <= max <= 1: share of the area kept by the random resized crop"),
          Key.of(
              "flip",
              Type.FLAG,
              false,
              "mirror with probability 1/2; wrong for captions that say left and right"),
          Key.of(
              "autoaugment", Type.word(Policy.class), Policy.NONE, "AutoAugment's ImageNet policy"),
          Key.of(
              "style",
              Type.number("in [0, 1]"),
              0.0,
              "strength of photometric restyling (hue, saturation, posterise, grey, outline)"));

  /** Images as they are. */
  public static final AugmentConfig NONE = KEYS.byDefault();

  public AugmentConfig {
    KEYS.check(crop, flip, autoaugment, style);
  }

  /** AutoAugment's learned policies. */
  public enum Policy {
    NONE,
    IMAGENET
  }

  /** Smallest and largest share of the area kept; 1 and 1 is no crop. */
  public record Crop(double min, double max) {
    static final Crop NONE = new Crop(1, 1);
    private static final String RULE = "[min, max] with 0 < min <= max <= 1";
    static final Type<Crop> TYPE =
        Type.pair("`[min, max]`", RULE + ", or none", Crop::new, c -> List.of(c.min, c.max))
            .noneFor(NONE);

    public Crop {
      require(
          min > 0 && min <= max && max <= 1, "augment.crop", "[" + min + ", " + max + "]", RULE);
    }
  }
}
