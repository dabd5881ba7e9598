package dev.filip.config;

import static dev.filip.io.BadInput.require;

/** Sizes of the image tower. The MLP is 4 x width. */
public record VisionConfig(int imageSize, int patchSize, int width, int layers, int heads) {
  public VisionConfig {
    require(imageSize > 0, "vision.image_size", imageSize, "> 0");
    require(
        patchSize > 0 && imageSize % patchSize == 0,
        "vision.patch_size",
        patchSize,
        "a divisor of image_size " + imageSize);
    require(layers > 0, "vision.layers", layers, "> 0");
    require(
        heads > 0 && width > 0 && width % heads == 0,
        "vision.width",
        width,
        "a positive multiple of heads " + heads);
  }

  /** Patches a side. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** Patches, n without [CLS]. */
  public int patches() {
    return grid() * grid();
  }
}
