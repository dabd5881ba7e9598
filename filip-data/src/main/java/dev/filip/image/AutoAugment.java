package dev.filip.image;

import static dev.filip.image.AugmentOp.AUTO_CONTRAST;
import static dev.filip.image.AugmentOp.COLOR;
import static dev.filip.image.AugmentOp.CONTRAST;
import static dev.filip.image.AugmentOp.EQUALIZE;
import static dev.filip.image.AugmentOp.INVERT;
import static dev.filip.image.AugmentOp.POSTERIZE;
import static dev.filip.image.AugmentOp.ROTATE;
import static dev.filip.image.AugmentOp.SHARPNESS;
import static dev.filip.image.AugmentOp.SHEAR_X;
import static dev.filip.image.AugmentOp.SOLARIZE;

import java.util.List;
import java.util.SplittableRandom;

/**
 * AutoAugment's ImageNet policy (Cubuk et al. 2019, arXiv 1805.09501, table 9) with torchvision's
 * magnitudes: one of 25 pairs of operations, each applied with its probability.
 */
public final class AutoAugment {
  /** An operation with its probability and its magnitude's bin. */
  record Step(AugmentOp op, double probability, int bin) {}

  /** Two steps, one after the other. */
  record Pair(Step first, Step second) {}

  static final List<Pair> IMAGENET =
      List.of(
          pair(POSTERIZE, 0.4, 8, ROTATE, 0.6, 9),
          pair(SOLARIZE, 0.6, 5, AUTO_CONTRAST, 0.6, 0),
          pair(EQUALIZE, 0.8, 0, EQUALIZE, 0.6, 0),
          pair(POSTERIZE, 0.6, 7, POSTERIZE, 0.6, 6),
          pair(EQUALIZE, 0.4, 0, SOLARIZE, 0.2, 4),
          pair(EQUALIZE, 0.4, 0, ROTATE, 0.8, 8),
          pair(SOLARIZE, 0.6, 3, EQUALIZE, 0.6, 0),
          pair(POSTERIZE, 0.8, 5, EQUALIZE, 1.0, 0),
          pair(ROTATE, 0.2, 3, SOLARIZE, 0.6, 8),
          pair(EQUALIZE, 0.6, 0, POSTERIZE, 0.4, 6),
          pair(ROTATE, 0.8, 8, COLOR, 0.4, 0),
          pair(ROTATE, 0.4, 9, EQUALIZE, 0.6, 0),
          pair(EQUALIZE, 0.0, 0, EQUALIZE, 0.8, 0),
          pair(INVERT, 0.6, 0, EQUALIZE, 1.0, 0),
          pair(COLOR, 0.6, 4, CONTRAST, 1.0, 8),
          pair(ROTATE, 0.8, 8, COLOR, 1.0, 2),
          pair(COLOR, 0.8, 8, SOLARIZE, 0.8, 7),
          pair(SHARPNESS, 0.4, 7, INVERT, 0.6, 0),
          pair(SHEAR_X, 0.6, 5, EQUALIZE, 1.0, 0),
          pair(COLOR, 0.4, 0, EQUALIZE, 0.6, 0),
          pair(EQUALIZE, 0.4, 0, SOLARIZE, 0.2, 4),
          pair(SOLARIZE, 0.6, 5, AUTO_CONTRAST, 0.6, 0),
          pair(INVERT, 0.6, 0, EQUALIZE, 1.0, 0),
          pair(COLOR, 0.6, 4, CONTRAST, 1.0, 8),
          pair(EQUALIZE, 0.8, 0, EQUALIZE, 0.6, 0));

  private AutoAugment() {}

  private static Pair pair(
      AugmentOp first, double p, int bin, AugmentOp second, double q, int other) {
    return new Pair(new Step(first, p, bin), new Step(second, q, other));
  }

  /** One pair of the policy, drawn from the generator. */
  public static PackedImage imagenet(PackedImage image, SplittableRandom random) {
    Pair pair = IMAGENET.get(random.nextInt(IMAGENET.size()));
    return step(step(image, pair.first(), random), pair.second(), random);
  }

  private static PackedImage step(PackedImage image, Step step, SplittableRandom random) {
    double chance = random.nextDouble();
    boolean negative = random.nextBoolean();
    if (chance >= step.probability()) {
      return image;
    }
    double magnitude = step.op().magnitude(step.bin(), image.width(), image.height());
    return step.op().apply(image, negative && step.op().signed() ? -magnitude : magnitude);
  }
}
