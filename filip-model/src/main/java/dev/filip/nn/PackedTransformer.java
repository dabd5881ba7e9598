package dev.filip.nn;

import dev.filip.config.Activation;
import dev.filip.config.BlockForm;
import dev.filip.tensor.Compute;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Transformer} for encoding only: weights packed once for one arithmetic, no gradients.
 * {@link Transformer} is its oracle. The packed copies are kept with the weights.
 */
public final class PackedTransformer implements Blocks {
  private final List<PackedBlock> blocks = new ArrayList<>();
  private final Compute compute;

  /** Packs {@code name.layers.0} onwards; {@code weights} must stay open for norms. */
  public PackedTransformer(
      Weights weights,
      String name,
      int layers,
      int heads,
      boolean causal,
      BlockForm form,
      Compute compute) {
    this.compute = compute;
    Packing packing = new Packing(compute, weights.kept());
    for (int i = 0; i < layers; i++) {
      try (var _ = new StepScope();
          var _ = GradMode.off()) {
        blocks.add(new PackedBlock(weights, name + ".layers." + i, heads, causal, form, packing));
      }
    }
  }

  /** {@code checkpoint} has no meaning here; {@code asked} must be the arithmetic packed for. */
  @Override
  public Tensor forward(
      Tensor x, Compute asked, boolean checkpoint, @Nullable ObjIntConsumer<Tensor> watch) {
    if (!asked.equals(compute)) {
      throw new IllegalArgumentException("packed for " + compute + ", asked for " + asked);
    }
    if (GradMode.isOn()) {
      throw new IllegalStateException("packed weights record no gradients");
    }
    Tensor y = x.clone();
    for (int i = 0; i < blocks.size(); i++) {
      try (var _ = new StepScope()) {
        blocks.get(i).forward(y, compute);
      }
      if (watch != null) {
        watch.accept(y, i);
      }
    }
    return y;
  }

  /**
   * A {@link Block} for encoding only: queries, keys and values are one product, QuickGELU's
   * factors lie in the weights, the residual is added in place. Equal to {@link Block} up to the
   * rounding of the arithmetic.
   */
  private static final class PackedBlock {
    private final Norm norm1;
    private final Product qkv;
    private final Product out;
    private final Norm norm2;
    private final Product fc1;
    private final Product fc2;
    private final HeadMixing mixing;
    private final Packing packing;
    private final long heads;

    PackedBlock(
        Weights weights, String name, int heads, boolean causal, BlockForm form, Packing packing) {
      this.heads = heads;
      this.packing = packing;
      norm1 = new Norm(weights, name + ".layer_norm1", form.layerNormEps());
      norm2 = new Norm(weights, name + ".layer_norm2", form.layerNormEps());
      Parts parts = new Parts(weights, packing);
      String attention = name + ".self_attn.";
      qkv = parts.joined(attention + "q_proj", attention + "k_proj", attention + "v_proj");
      out = parts.product(attention + "out_proj", 1, 1, Product.After.NOTHING);
      boolean quick = form.activation() == Activation.QUICK_GELU;
      double slope = quick ? Mlp.SLOPE : 1;
      fc1 = parts.product(name + ".mlp.fc1", slope, slope, Product.After.of(form.activation()));
      fc2 = parts.product(name + ".mlp.fc2", 1 / slope, 1, Product.After.NOTHING);
      long width = weights.get(attention + "q_proj.weight").size(0) / heads;
      mixing = new HeadMixing(packing.kept(), width, causal);
    }

    /** Packs named weights. */
    private record Parts(Weights weights, Packing packing) {
      Product product(String name, double weightFactor, double biasFactor, Product.After after) {
        Tensor weight = weights.matrix(name + ".weight").mul(new Scalar(weightFactor));
        Tensor bias = weights.get(name + ".bias").mul(new Scalar(biasFactor));
        return packing.product(weight, bias, after);
      }

      Product joined(String a, String b, String c) {
        return packing.product(
            torch.cat(
                new TensorVector(
                    weights.matrix(a + ".weight"),
                    weights.matrix(b + ".weight"),
                    weights.matrix(c + ".weight")),
                0),
            torch.cat(
                new TensorVector(
                    weights.get(a + ".bias"), weights.get(b + ".bias"), weights.get(c + ".bias")),
                0),
            Product.After.NOTHING);
      }
    }

    /** {@code x}, changed in place. */
    Tensor forward(Tensor x, Compute compute) {
      x.add_(attention(norm1.forward(x).to(packing.type()), compute));
      return x.add_(fc2.forward(fc1.forward(norm2.forward(x).to(packing.type()))));
    }

    private Tensor attention(Tensor x, Compute compute) {
      long b = x.size(0);
      long n = x.size(1);
      long w = x.size(2);
      Tensor all = qkv.forward(x).view(b, n, 3, heads, w / heads).permute(2, 0, 3, 1, 4);
      Tensor mixed = mixing.attend(all.select(0, 0), all.select(0, 1), all.select(0, 2), compute);
      return out.forward(mixed.transpose(1, 2).reshape(b, n, w));
    }
  }
}
