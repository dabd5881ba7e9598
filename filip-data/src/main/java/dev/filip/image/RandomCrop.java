package dev.filip.image;

import java.util.SplittableRandom;

/** The part that torchvision's {@code RandomResizedCrop} would cut: area share and aspect drawn. */
final class RandomCrop {
  private static final double LOG_ASPECT = Math.log(4 / 3.0);
  private static final int TRIES = 10;

  private RandomCrop() {}

  static Crop draw(int width, int height, double least, double most, SplittableRandom random) {
    double area = (double) width * height;
    for (int i = 0; i < TRIES; i++) {
      double share = area * (least + (most - least) * random.nextDouble());
      double aspect = Math.exp(LOG_ASPECT * (2 * random.nextDouble() - 1));
      int w = (int) Math.rint(Math.sqrt(share * aspect));
      int h = (int) Math.rint(Math.sqrt(share / aspect));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        return new Crop(random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
      }
    }
    return middle(width, height);
  }

  /** The largest middle part with an aspect that may be drawn. */
  private static Crop middle(int width, int height) {
    int w = width;
    int h = height;
    if (3L * width < 4L * height && 4L * width < 3L * height) {
      h = (int) Math.rint(width / 0.75);
    } else if (3L * width > 4L * height) {
      w = (int) Math.rint(height * 4 / 3.0);
    }
    w = Math.min(w, width);
    h = Math.min(h, height);
    return new Crop((width - w) / 2, (height - h) / 2, w, h);
  }
}
