package dev.filip.config;

import static dev.filip.io.BadInput.require;

/**
 * Sizes and form of the image tower. A SigLIP tower whose patches do not fill the picture leaves
 * the last rows and columns of pixels out, as transformers does.
 */
public record VisionConfig(
    VisionKind kind,
    int imageSize,
    int patchSize,
    int width,
    int layers,
    int heads,
    BlockForm blocks) {
  public VisionConfig {
    require(imageSize > 0, "vision.image_size", imageSize, "> 0");
    require(
        patchSize > 0 && (kind == VisionKind.SIGLIP || imageSize % patchSize == 0),
        "vision.patch_size",
        patchSize,
        "a divisor of image_size " + imageSize);
    require(patchSize <= imageSize, "vision.patch_size", patchSize, "<= image_size " + imageSize);
    require(layers > 0, "vision.layers", layers, "> 0");
    require(
        layers <= BlockForm.MOST_LAYERS, "vision.layers", layers, "<= " + BlockForm.MOST_LAYERS);
    require(
        heads > 0 && width > 0 && width % heads == 0,
        "vision.width",
        width,
        "a positive multiple of heads " + heads);
  }

  /** CLIP's kind. */
  public VisionConfig(
      int imageSize, int patchSize, int width, int layers, int heads, BlockForm blocks) {
    this(VisionKind.CLIP, imageSize, patchSize, width, layers, heads, blocks);
  }

  /** CLIP's form with QuickGELU. */
  public VisionConfig(int imageSize, int patchSize, int width, int layers, int heads) {
    this(imageSize, patchSize, width, layers, heads, BlockForm.clip(width, Activation.QUICK_GELU));
  }

  /** Patches a side. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** Patches, n without [CLS]. */
  public int patches() {
    return grid() * grid();
  }

  /** Tokens that go through the blocks: patches, and [CLS] where the kind has one. */
  public int positions() {
    return kind.classTokens() + patches();
  }

  /** The same for pictures of another size. */
  public VisionConfig withImageSize(int size) {
    return new VisionConfig(kind, size, patchSize, width, layers, heads, blocks);
  }

  /** The same sizes of another kind. */
  public VisionConfig withKind(VisionKind other) {
    return new VisionConfig(other, imageSize, patchSize, width, layers, heads, blocks);
  }

  /** The same with blocks of another form. */
  public VisionConfig withBlocks(BlockForm other) {
    return new VisionConfig(kind, imageSize, patchSize, width, layers, heads, other);
  }
}
