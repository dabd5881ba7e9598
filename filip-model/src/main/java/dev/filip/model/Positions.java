package dev.filip.model;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Image position embeddings for another grid. */
final class Positions {
  private Positions() {}

  /**
   * {@code [c + g*g, w] -> [c + grid*grid, w]}: the c class tokens' stay, the rest is a picture of
   * g x g that is resized bicubically (corners not aligned, no antialias), as transformers does.
   */
  static Tensor resize(Tensor positions, int classTokens, int grid) {
    long old = Math.round(Math.sqrt(positions.size(0) - (double) classTokens));
    if (old == grid) {
      return positions.clone();
    }
    long w = positions.size(1);
    Tensor picture =
        positions.narrow(0, classTokens, old * old).view(1, old, old, w).permute(0, 3, 1, 2);
    Tensor resized =
        torch.upsample_bicubic2d(
            picture.contiguous(),
            new long[] {grid, grid},
            false,
            new DoubleOptional(),
            new DoubleOptional());
    Tensor rows = resized.permute(0, 2, 3, 1).reshape((long) grid * grid, w);
    return torch.cat(new TensorVector(positions.narrow(0, 0, classTokens), rows), 0);
  }
}
