package dev.filip.model;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Image position embeddings for another grid. */
final class Positions {
  private Positions() {}

  /**
   * {@code [1 + g*g, w] -> [1 + grid*grid, w]}: [CLS] stays, the rest is a picture of g x g that is
   * resized bicubically (corners not aligned, no antialias), as transformers does.
   */
  static Tensor resize(Tensor positions, int grid) {
    long old = Math.round(Math.sqrt(positions.size(0) - 1.0));
    if (old == grid) {
      return positions.clone();
    }
    long w = positions.size(1);
    Tensor picture = positions.narrow(0, 1, old * old).view(1, old, old, w).permute(0, 3, 1, 2);
    Tensor resized =
        torch.upsample_bicubic2d(
            picture.contiguous(),
            new long[] {grid, grid},
            false,
            new DoubleOptional(),
            new DoubleOptional());
    Tensor rows = resized.permute(0, 2, 3, 1).reshape((long) grid * grid, w);
    return torch.cat(new TensorVector(positions.narrow(0, 0, 1), rows), 0);
  }
}
