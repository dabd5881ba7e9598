package dev.filip.loss;

import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What {@link SimilarityTiles} finds, by kernels of our own ({@code late.cu}): no similarity is
 * ever in memory. Of equal maxima the first wins, and sums have one order. Lives in the caller's
 * scope; holds b x B x (n + m) indices of 1 byte, of 2 above 256 tokens.
 */
final class FusedTiles implements Matched {
  /** Width that the products take in steps of. */
  static final int STEP = 16;

  /** Tokens whose shared memory a block is given without asking. */
  static final int MOST_TOKENS = 1024;

  /** Texts of all ranks that a grid of blocks has room for. */
  static final int MOST_TEXTS = 65_535;

  /** What the kernels take, for who is told that they do not take something. */
  static final String TAKES =
      "16-bit features whose width is a multiple of "
          + STEP
          + ", texts of at most "
          + MOST_TOKENS
          + " tokens";

  /**
   * The three kernels, on a device or played by the CPU. Tensors are contiguous; see late.cu for
   * shapes.
   */
  interface Kernels {
    /** Writes scores and winners of all pairs. */
    void maxima(Features features, Tensor words, Tensor patches, Tensor sImage, Tensor sText);

    /**
     * Writes the gradient of one side.
     *
     * @param texts whether it is the texts'
     */
    void gradient(
        boolean texts,
        Features features,
        Tensor words,
        Tensor patches,
        Tensor dsImage,
        Tensor dsText,
        Tensor out);
  }

  /**
   * What is compared.
   *
   * @param x {@code [b,n,d]} of 16 bits, {@code y} {@code [B,m,d]}
   * @param length {@code [B]} int64
   */
  record Features(Tensor x, Tensor y, Tensor length) {
    int images() {
      return Math.toIntExact(x.size(0));
    }

    int texts() {
      return Math.toIntExact(y.size(0));
    }

    int n() {
      return Math.toIntExact(x.size(1));
    }

    int m() {
      return Math.toIntExact(y.size(1));
    }

    int d() {
      return Math.toIntExact(x.size(2));
    }

    /** Whether the kernels take them. */
    boolean fit() {
      return x.element_size() == Short.BYTES
          && d() % STEP == 0
          && n() <= Short.MAX_VALUE
          && m() <= MOST_TOKENS
          && texts() <= MOST_TEXTS;
    }
  }

  private final Features features;
  private final Kernels kernels;
  private final Tensor words;
  private final Tensor patches;
  private final Tensor sImage;
  private final Tensor sText;

  FusedTiles(Features features, Kernels kernels) {
    this.features = features;
    this.kernels = kernels;
    ScalarType index = Matched.index(features.n(), features.m());
    words = zeros(index, features.images(), features.n(), features.texts());
    patches = zeros(index, features.images(), features.texts(), features.m());
    sImage = zeros(ScalarType.Float, features.images(), features.texts());
    sText = zeros(ScalarType.Float, features.images(), features.texts());
    kernels.maxima(features, words, patches, sImage, sText);
  }

  private Tensor zeros(ScalarType type, long... shape) {
    return torch.zeros(
        shape, new TensorOptions(type).device(new DeviceOptional(features.x.device())));
  }

  @Override
  public Tensor sImage() {
    return sImage;
  }

  @Override
  public Tensor sText() {
    return sText;
  }

  @Override
  public Tensor chosen(Tensor image, long first) {
    return Matched.chosen(words, image, first, features.m());
  }

  /** Writes them: each is a sum from 0. */
  @Override
  public void backward(Tensor dsImage, Tensor dsText, Tensor dx, Tensor dy) {
    Tensor byImage = dsImage.contiguous();
    Tensor byText = dsText.contiguous();
    kernels.gradient(false, features, words, patches, byImage, byText, dx);
    kernels.gradient(true, features, words, patches, byImage, byText, dy);
  }
}
