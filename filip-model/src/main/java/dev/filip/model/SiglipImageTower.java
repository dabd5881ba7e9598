package dev.filip.model;

import dev.filip.config.VisionConfig;
import dev.filip.folder.Layout;
import dev.filip.nn.Blocks;
import dev.filip.nn.Norm;
import dev.filip.nn.PatchEmbedding;
import dev.filip.nn.PoolingHead;
import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Tensors;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * SigLIP's ViT (Hugging Face's {@code SiglipVisionModel}): patches with a bias and positions,
 * blocks, final norm; the pooling head stands for the picture. Tokens and pooled vector share the
 * projection, which SigLIP itself does not have.
 */
final class SiglipImageTower implements ImageTower {
  private final VisionConfig sizes;
  private final PatchEmbedding patches;
  private final Tensor positions;
  private final Tensor projection;
  private final Norm after;
  private final Blocks blocks;
  private final PoolingHead head;

  SiglipImageTower(ParameterMap weights, VisionConfig sizes, Blocks.Maker stack) {
    this.sizes = sizes;
    patches = PatchEmbedding.withBias(weights, Layout.PATCH_EMBEDDING);
    positions = weights.get(Layout.IMAGE_POSITIONS);
    projection = weights.get(Layout.IMAGE_PROJECTION);
    after = new Norm(weights, "vision_model.post_layernorm", sizes.blocks().layerNormEps());
    blocks =
        stack.make(
            weights, Layout.IMAGE_BLOCKS, sizes.layers(), sizes.heads(), false, sizes.blocks());
    head = new PoolingHead(weights, Layout.POOLING_HEAD, sizes.heads(), sizes.blocks());
  }

  /** Rows are {@code [b,n,d]}: patches only. */
  @Override
  public ProjectedImages project(
      Tensor pixels, Compute compute, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch) {
    Tensors.expect(pixels, "pixels", -1, 3, sizes.imageSize(), sizes.imageSize());
    Tensor x = patches.forward(pixels, compute).add(positions);
    Tensor y = after.forward(blocks.forward(x, compute, checkpoint, watch));
    Tensor pooled = head.forward(y, compute);
    try (var _ = new Autocast(compute.device(), compute.precision())) {
      return new ProjectedImages(
          torch.linear(y, projection).to(torch.ScalarType.Float),
          torch.linear(pooled, projection).to(torch.ScalarType.Float));
    }
  }
}
