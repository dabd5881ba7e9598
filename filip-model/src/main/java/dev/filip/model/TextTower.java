package dev.filip.model;

import dev.filip.config.ModelConfig;
import dev.filip.config.TextConfig;
import dev.filip.folder.Layout;
import dev.filip.io.BadInput;
import dev.filip.nn.Blocks;
import dev.filip.nn.Norm;
import dev.filip.tensor.Autocast;
import dev.filip.tensor.Compute;
import dev.filip.tensor.Tensors;
import dev.filip.text.TokenBatch;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's causal text Transformer: final norm and projection on all tokens. Computes only up to the
 * longest text of a batch: padding comes last, so no valid token can see it.
 */
final class TextTower {
  private final TextConfig sizes;
  private final Tensor tokens;
  private final Tensor positions;
  private final Tensor projection;
  private final Norm after;
  private final Blocks blocks;

  TextTower(ParameterMap weights, ModelConfig config, Blocks.Maker stack) {
    sizes = config.text();
    tokens = weights.get(Layout.TOKENS);
    positions = weights.get(Layout.TEXT_POSITIONS);
    projection = weights.get(Layout.TEXT_PROJECTION);
    after = new Norm(weights, "text_model.final_layer_norm", sizes.blocks().layerNormEps());
    blocks =
        stack.make(
            weights, "text_model.encoder", sizes.layers(), sizes.heads(), true, sizes.blocks());
  }

  /**
   * {@code [t, longest, d]}: projected tokens before L2, fp32; rows beyond a text's length are
   * anything.
   *
   * @param atLeast what {@code longest} is where no text of the batch is longer, and where the
   *     context allows it
   */
  Tensor project(
      TokenBatch batch,
      int atLeast,
      Compute compute,
      boolean checkpoint,
      @Nullable ObjIntConsumer<Tensor> watch) {
    int longest = Math.max(longest(batch), Math.min(atLeast, sizes.context()));
    Tensor ids = Tensors.fromLongs(ids(batch, longest), batch.rows(), longest);
    Tensor x =
        torch.embedding(tokens, compute.device().send(ids)).add(positions.narrow(0, 0, longest));
    Tensor y = after.forward(blocks.forward(x, compute, checkpoint, watch));
    try (var _ = new Autocast(compute.device(), compute.precision())) {
      return torch.linear(y, projection).to(torch.ScalarType.Float);
    }
  }

  /** The position whose vector stands for each text. */
  int[] pooled(TokenBatch batch) {
    int[] pooled = new int[batch.rows()];
    for (int row = 0; row < pooled.length; row++) {
      pooled[row] = batch.pooled(row, sizes.pooling());
    }
    return pooled;
  }

  private int longest(TokenBatch batch) {
    int longest = Arrays.stream(batch.length()).max().orElse(1);
    BadInput.require(
        longest <= sizes.context(),
        "text length",
        longest,
        "at most the model's context " + sizes.context());
    return Math.max(1, longest);
  }

  /** Ids of the first {@code longest} positions; padding becomes id 0, so it can be anything. */
  private long[] ids(TokenBatch batch, int longest) {
    long[] ids = new long[batch.rows() * longest];
    for (int row = 0; row < batch.rows(); row++) {
      for (int i = 0; i < batch.length()[row]; i++) {
        int id = batch.ids()[row * batch.context() + i];
        if (id < 0 || id >= sizes.vocabularySize()) {
          throw BadInput.of("token id", id, "in 0.." + (sizes.vocabularySize() - 1));
        }
        ids[row * longest + i] = id;
      }
    }
    return ids;
  }
}
