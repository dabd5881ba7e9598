package dev.filip.loss;

import dev.filip.tensor.StepScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The {@code [b,n,B,m]} similarities by libtorch on any device, a tile at a time: each tile is
 * reduced to scores and winners and dropped; the backward pass fills a tile with the winners'
 * weights and multiplies it once by either side. Holds winners: b x B x (n + m) indices of 1 or 2
 * bytes. Lives in the caller's scope.
 */
final class SimilarityTiles {
  private static final long FLOAT = 4;

  private final Tensor x;
  private final Tensor y;
  private final Tensor beyond;
  private final Tensor length;
  private final long n;
  private final long m;
  private final long side;
  private final Tensor words;
  private final Tensor patches;
  final Tensor sImage;
  final Tensor sText;

  /**
   * @param x image tokens {@code [b,n,d]} fp32
   * @param y text tokens {@code [B,m,d]} fp32; rows beyond a text's length may be anything
   * @param length {@code [B]} int64, on the same device
   * @param tileBytes a tile's size, at least one pair
   */
  SimilarityTiles(Tensor x, Tensor y, Tensor length, long tileBytes) {
    this.x = x;
    this.n = x.size(1);
    this.m = y.size(1);
    beyond = beyond(y, length);
    this.y = zeroPads(y, length);
    this.length = length.to(ScalarType.Float);
    side = Math.max(1, (long) Math.sqrt((double) tileBytes / (FLOAT * n * m)));
    ScalarType index = Math.max(n, m) <= 256 ? ScalarType.Byte : ScalarType.Int;
    words = empty(index, x.size(0), n, y.size(0));
    patches = empty(index, x.size(0), y.size(0), m);
    sImage = empty(ScalarType.Float, x.size(0), y.size(0));
    sText = empty(ScalarType.Float, x.size(0), y.size(0));
    forEach(this::reduce);
  }

  /** The text tokens with zeros beyond each one's length. */
  static Tensor zeroPads(Tensor y, Tensor length) {
    return y.masked_fill(beyond(y, length).unsqueeze(2), new Scalar(0.0));
  }

  private static Tensor beyond(Tensor y, Tensor length) {
    Tensor position = torch.arange(new Scalar(y.size(1)), length.options());
    return position.unsqueeze(0).ge(length.unsqueeze(1));
  }

  Tensor images() {
    return x;
  }

  Tensor texts() {
    return y;
  }

  private Tensor empty(ScalarType type, long... shape) {
    return torch.zeros(shape, on(type));
  }

  private TensorOptions on(ScalarType type) {
    return new TensorOptions(type).device(new DeviceOptional(x.device()));
  }

  /** Images {@code i} to {@code i + b} against texts {@code j} to {@code j + c}. */
  private record Tile(long i, long b, long j, long c) {
    Tensor images(Tensor all) {
      return all.narrow(0, i, b);
    }

    Tensor texts(Tensor all) {
      return all.narrow(0, j, c);
    }

    Tensor pairs(Tensor all, int textDimension) {
      return all.narrow(0, i, b).narrow(textDimension, j, c);
    }
  }

  private interface Visitor {
    void visit(Tile tile);
  }

  private void forEach(Visitor visitor) {
    for (long i = 0; i < x.size(0); i += side) {
      for (long j = 0; j < y.size(0); j += side) {
        try (var _ = new StepScope()) {
          long b = Math.min(side, x.size(0) - i);
          visitor.visit(new Tile(i, b, j, Math.min(side, y.size(0) - j)));
        }
      }
    }
  }

  private void reduce(Tile tile) {
    Tensor s = flat(tile.images(x)).matmul(flat(tile.texts(y)).t()).view(tile.b, n, tile.c, m);
    Tensor pads = tile.texts(beyond);
    s.masked_fill_(pads.view(1, 1, tile.c, m), new Scalar(Double.NEGATIVE_INFINITY));
    T_TensorTensor_T word = s.max(3, false);
    tile.pairs(words, 2).copy_(word.get1());
    tile.pairs(sImage, 1).copy_(word.get0().mean(1));
    T_TensorTensor_T patch = s.max(1, false);
    tile.pairs(patches, 1).copy_(patch.get1());
    Tensor best = patch.get0().masked_fill(pads.unsqueeze(0), new Scalar(0.0));
    tile.pairs(sText, 1).copy_(best.sum(2).div(tile.texts(length)));
  }

  private static Tensor flat(Tensor tokens) {
    return tokens.reshape(-1, tokens.size(2));
  }

  /**
   * Adds the gradients of both sides.
   *
   * @param dsImage {@code [b,B]} on the device; {@code dsText} the same
   * @param dx {@code [b,n,d]}, {@code dy} {@code [B,m,d]}
   */
  void backward(Tensor dsImage, Tensor dsText, Tensor dx, Tensor dy) {
    forEach(tile -> {
      Tensor weights = weights(tile, dsImage, dsText).view(tile.b * n, tile.c * m);
      flat(tile.images(dx)).add_(weights.matmul(flat(tile.texts(y))));
      flat(tile.texts(dy)).add_(weights.t().matmul(flat(tile.images(x))));
    });
  }

  /** {@code [b,n,c,m]}: what each product of two tokens adds to the loss. */
  private Tensor weights(Tile tile, Tensor dsImage, Tensor dsText) {
    Tensor w = empty(ScalarType.Float, tile.b, n, tile.c, m);
    Tensor image = tile.pairs(dsImage, 1).div(new Scalar((double) n));
    Tensor chosen = tile.pairs(words, 2).to(ScalarType.Long).unsqueeze(3);
    w.scatter_add_(3, chosen, image.view(tile.b, 1, tile.c, 1).expand(tile.b, n, tile.c, 1));
    Tensor text = tile.pairs(dsText, 1).div(tile.texts(length)).unsqueeze(2);
    Tensor valid = tile.texts(beyond).logical_not().unsqueeze(0);
    Tensor patch = tile.pairs(patches, 1).to(ScalarType.Long).unsqueeze(1);
    return w.scatter_add_(1, patch, text.mul(valid).unsqueeze(1));
  }

  /** {@code [b,n]}: the word that each patch of pair (k, first + k) chose. */
  Tensor ownWords(long first) {
    return words.diagonal(first, 0, 2).t().to(ScalarType.Long);
  }
}
