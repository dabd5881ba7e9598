package dev.filip.model;

import dev.filip.config.VisionConfig;
import dev.filip.config.VisionKind;
import dev.filip.folder.Layout;
import dev.filip.nn.Blocks;
import dev.filip.nn.Norm;
import dev.filip.nn.PatchEmbedding;
import dev.filip.nn.Weights;
import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's ViT with [CLS]: final norm and projection on all tokens, as FILIP wants; of kind {@code
 * DECLIP} the norm only scales and moves.
 */
final class ClipImageTower implements ImageTower {
  private static final String AFTER = "vision_model.post_layernorm";
  private final VisionConfig sizes;
  private final Tensor cls;
  private final PatchEmbedding patches;
  private final Tensor positions;
  private final Tensor projection;
  private final Norm before;
  private final UnaryOperator<Tensor> after;
  private final Blocks blocks;

  ClipImageTower(ParameterMap weights, VisionConfig sizes, Blocks.Maker stack) {
    this.sizes = sizes;
    cls = weights.get(Layout.CLS);
    patches = PatchEmbedding.plain(weights, Layout.PATCH_EMBEDDING);
    positions = weights.get(Layout.IMAGE_POSITIONS);
    projection = weights.get(Layout.IMAGE_PROJECTION);
    before = new Norm(weights, "vision_model.pre_layrnorm", sizes.blocks().layerNormEps());
    after =
        sizes.kind() == VisionKind.DECLIP
            ? new Affine(weights, AFTER)::forward
            : new Norm(weights, AFTER, sizes.blocks().layerNormEps())::forward;
    blocks =
        stack.make(
            weights, Layout.IMAGE_BLOCKS, sizes.layers(), sizes.heads(), false, sizes.blocks());
  }

  /** Rows are {@code [b,1+n,d]}, [CLS] first; [CLS] stands for the picture. */
  @Override
  public ProjectedImages project(
      Tensor pixels, Compute compute, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch) {
    Tensors.expect(pixels, "pixels", -1, 3, sizes.imageSize(), sizes.imageSize());
    Tensor x = before.forward(embed(pixels, compute));
    Tensor y = after.apply(blocks.forward(x, compute, checkpoint, watch));
    try (var _ = new Autocast(compute.device(), compute.precision())) {
      Tensor rows = torch.linear(y, projection).to(torch.ScalarType.Float);
      return new ProjectedImages(rows, rows.select(1, 0));
    }
  }

  private Tensor embed(Tensor pixels, Compute compute) {
    try (StepScope scope = new StepScope()) { // what the graph does not hold ends here
      Tensor first = cls.expand(pixels.size(0), 1, sizes.width());
      Tensor embedded = patches.forward(pixels, compute);
      return scope.up(torch.cat(new TensorVector(first, embedded), 1).add(positions));
    }
  }

  /** Scale and shift over the last dimension: a layer norm without the norm. */
  private static final class Affine {
    private final Tensor weight;
    private final Tensor bias;

    /** Reads {@code name.weight} and {@code name.bias}, both {@code [w]}. */
    Affine(Weights weights, String name) {
      weight = weights.get(name + ".weight");
      bias = weights.get(name + ".bias");
    }

    /** {@code [..., w] -> [..., w]}. */
    Tensor forward(Tensor x) {
      return x.mul(weight).add(bias);
    }
  }
}
