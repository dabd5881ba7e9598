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
 * The {@code [b,n,B,m]} similarities by libtorch on any device, a tile at a time: each tile is made
 * by one product, read once for the maxima of either direction and dropped; the backward pass fills
 * a tile with the winners' weights and multiplies it by either side. Holds winners: b x B x (n + m)
 * indices of 1 byte, of 2 above 256 tokens. Lives in the caller's scope.
 */
final class SimilarityTiles implements Matched {
  private static final long FLOAT = 4;

  private final Tensor x;
  private final Tensor y;
  private final Tensor beyond;
  private final Tensor length;
  private final Products products;
  private final long n;
  private final long m;
  private final long side;
  private final Tensor words;
  private final Tensor patches;
  private final Tensor sImage;
  private final Tensor sText;

  /**
   * @param x image tokens {@code [b,n,d]} of the type that is multiplied
   * @param y text tokens {@code [B,m,d]}; rows beyond a text's length may be anything
   * @param length {@code [B]} int64, on the same device
   * @param tileBytes a tile's size, at least one pair
   */
  SimilarityTiles(Tensor x, Tensor y, Tensor length, long tileBytes, Products products) {
    this.x = x;
    this.n = x.size(1);
    this.m = y.size(1);
    this.products = products;
    this.length = length;
    beyond = beyond(y, length);
    // a text's first token stands beyond its end, too: it changes no maximum
    this.y = torch.where(beyond.unsqueeze(2), y.narrow(1, 0, 1), y);
    side = Math.max(1, (long) Math.sqrt((double) tileBytes / (FLOAT * n * m)));
    ScalarType index = Matched.index(n, m);
    words = empty(index, x.size(0), n, y.size(0));
    patches = empty(index, x.size(0), y.size(0), m);
    sImage = empty(ScalarType.Float, x.size(0), y.size(0));
    sText = empty(ScalarType.Float, x.size(0), y.size(0));
    forEach(this::reduce);
  }

  /** {@code [B,m]}: which tokens lie beyond their text's end. */
  static Tensor beyond(Tensor y, Tensor length) {
    Tensor position = torch.arange(new Scalar(y.size(1)), length.options());
    return position.unsqueeze(0).ge(length.unsqueeze(1));
  }

  @Override
  public Tensor sImage() {
    return sImage;
  }

  @Override
  public Tensor sText() {
    return sText;
  }

  /** What the winners take. */
  long indexBytes() {
    return words.nbytes() + patches.nbytes();
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
    Tensor s = products.features(flat(tile.images(x)), flat(tile.texts(y)).t());
    s = s.view(tile.b, n, tile.c, m);
    T_TensorTensor_T word = s.max(3, false);
    Tensor end = tile.texts(length).view(1, 1, tile.c);
    // of equal maxima a device may name the copy beyond the end: it is the first token
    Tensor named = word.get1().masked_fill(word.get1().ge(end), new Scalar(0));
    tile.pairs(words, 2).copy_(named);
    tile.pairs(sImage, 1).copy_(word.get0().mean(1));
    T_TensorTensor_T patch = s.max(1, false);
    tile.pairs(patches, 1).copy_(patch.get1());
    Tensor pads = tile.texts(beyond).unsqueeze(0);
    Tensor best = patch.get0().masked_fill(pads, new Scalar(0.0));
    tile.pairs(sText, 1).copy_(best.sum(2).div(tile.texts(length)));
  }

  private static Tensor flat(Tensor tokens) {
    return tokens.reshape(-1, tokens.size(2));
  }

  @Override
  public void backward(Tensor dsImage, Tensor dsText, Tensor dx, Tensor dy) {
    forEach(tile -> {
      Tensor weights = weights(tile, dsImage, dsText).view(tile.b * n, tile.c * m);
      products.add(flat(tile.images(dx)), weights, flat(tile.texts(y)));
      products.add(flat(tile.texts(dy)), weights.t(), flat(tile.images(x)));
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

  @Override
  public Tensor chosen(Tensor image, long first) {
    return Matched.chosen(words, image, first, m);
  }
}
