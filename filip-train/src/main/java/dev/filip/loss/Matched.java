package dev.filip.loss;

import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** b images compared with B texts on a device: scores, winners, and the way back. */
sealed interface Matched permits SimilarityTiles, FusedTiles {
  /** {@code [b,B]} fp32. */
  Tensor sImage();

  /** {@code [b,B]} fp32. */
  Tensor sText();

  /**
   * How many patches of this rank's pairs chose each word, {@code [m]} fp64; pair k has text first
   * + k.
   *
   * @param image {@code [pairs]} int64, which image each pair has
   */
  Tensor chosen(Tensor image, long first);

  /**
   * Adds the gradients of both sides.
   *
   * @param dsImage {@code [b,B]} fp32 on the device; {@code dsText} the same
   * @param dx {@code [b,n,d]} fp32, {@code dy} {@code [B,m,d]}
   */
  void backward(Tensor dsImage, Tensor dsText, Tensor dx, Tensor dy);

  /** What a winner among so many patches and words is kept in. */
  static ScalarType index(long n, long m) {
    long tokens = Math.max(n, m);
    if (tokens <= 256) {
      return ScalarType.Byte;
    }
    return tokens <= Short.MAX_VALUE ? ScalarType.Short : ScalarType.Int;
  }

  /** {@link #chosen(Tensor, long)} of winning words {@code [b,n,B]}, contiguous. */
  static Tensor chosen(Tensor words, Tensor image, long first, long m) {
    long n = words.size(1);
    long all = words.size(2);
    Tensor text = torch.arange(new Scalar(image.size(0)), image.options());
    Tensor pair = image.mul(new Scalar(n * all)).add(text).add(new Scalar(first));
    Tensor patch = torch.arange(new Scalar(n), image.options()).mul(new Scalar(all));
    Tensor own =
        words.take(pair.unsqueeze(1).add(patch.unsqueeze(0))).reshape(-1).to(ScalarType.Long);
    TensorOptions options =
        new TensorOptions(ScalarType.Double).device(new DeviceOptional(words.device()));
    Tensor ones = torch.ones(new long[] {own.size(0)}, options);
    return torch.zeros(new long[] {m}, options).scatter_add_(0, own, ones);
  }
}
