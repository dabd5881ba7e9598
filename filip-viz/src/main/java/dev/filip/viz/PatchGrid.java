package dev.filip.viz;

import dev.filip.image.RgbImage;

/**
 * The picture a model saw (after resize and crop) and the grid of patches laid over it. Patch k is
 * row {@code k / columns}, column {@code k % columns}.
 */
public record PatchGrid(RgbImage image, int rows, int columns) {
  public PatchGrid {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          "a grid has at least one patch, got " + rows + " x " + columns);
    }
  }

  /** Patches. */
  public int size() {
    return rows * columns;
  }

  void expect(String what, int length) {
    if (length != size()) {
      throw new IllegalArgumentException(
          what + " must have one entry a patch = " + size() + ", got " + length);
    }
  }
}
