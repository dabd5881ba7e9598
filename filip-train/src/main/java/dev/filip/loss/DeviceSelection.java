package dev.filip.loss;

import dev.filip.config.KeepTokens;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.ComputeDevice;
import dev.filip.tensor.GradMode;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * {@link TokenSelection} with nothing read from the device that computes it: how many tokens stay
 * is known from the lengths, which ones stays on the device. Products of the choice are fp32, as
 * the CPU's. Holds nothing between calls.
 */
final class DeviceSelection implements DeviceLoss {
  private final KeepTokens keep;
  private final ContrastiveLoss loss;
  private final ComputeDevice device;
  private final long tileBytes;

  /**
   * @param loss the late loss on what is kept, of the same device; taken over and closed
   * @param tileBytes a tile of similarities
   */
  DeviceSelection(KeepTokens keep, ContrastiveLoss loss, ComputeDevice device, long tileBytes) {
    this.keep = keep;
    this.loss = loss;
    this.device = device;
    this.tileBytes = tileBytes;
  }

  @Override
  public ComputeDevice device() {
    return device;
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, Tensor logScale) {
    Inputs.lateBatch(images, texts);
    try (StepScope scope = new StepScope();
        var _ = GradMode.off()) {
      Tensor x = Inputs.on(device, images.tokens());
      Tensor y = Inputs.on(device, texts.tokens());
      int[] patches = new int[Math.toIntExact(x.size(0))];
      Arrays.fill(patches, Math.toIntExact(x.size(1)));
      DeviceRows rows = new DeviceRows(positives.repeated(patches.length), device);
      Tensor length = device.send(Tensors.fromInts(texts.length(), patches.length));
      Best best = best(rows.take(x), y, length);
      Kept keptPatches = kept(rows.repeat(best.image), patches);
      Kept keptWords = kept(best.text, texts.length());
      LossGradient small =
          loss.compute(
              new ImageFeatures(keptPatches.of(x), images.embeds()),
              new TextFeatures(keptWords.of(y), texts.embeds(), keptWords.length),
              positives,
              logScale);
      return new LossGradient(
          small.numbers().up(scope),
          scope.up(keptPatches.spread(small.dImageTokens(), x)),
          scope.up(keptWords.spread(small.dTextTokens(), y)),
          null,
          null);
    }
  }

  /** Each token's best match: {@code [b,n]} and {@code [b,m]}, -inf beyond a text's end. */
  private record Best(Tensor image, Tensor text) {}

  private Best best(Tensor x, Tensor y, Tensor length) {
    long n = x.size(1);
    long m = y.size(1);
    Scalar least = new Scalar(Double.NEGATIVE_INFINITY);
    Tensor beyond = SimilarityTiles.beyond(y, length);
    Tensor real = torch.where(beyond.unsqueeze(2), y.narrow(1, 0, 1), y);
    Tensor image = torch.full_like(x.select(2, 0), least);
    Tensor text = torch.full_like(y.select(2, 0), least);
    long side = Math.max(1, (long) Math.sqrt((double) tileBytes / (Float.BYTES * n * m)));
    for (long i = 0; i < x.size(0); i += side) {
      for (long j = 0; j < y.size(0); j += side) {
        try (var _ = new StepScope()) {
          Tensor a = x.narrow(0, i, Math.min(side, x.size(0) - i));
          Tensor b = real.narrow(0, j, Math.min(side, y.size(0) - j));
          Tensor s = a.reshape(-1, a.size(2)).matmul(b.reshape(-1, b.size(2)).t());
          raise(image.narrow(0, i, a.size(0)), s.amax(new long[] {1}, false));
          raise(text.narrow(0, j, b.size(0)), s.amax(new long[] {0}, false));
        }
      }
    }
    return new Best(image, text.masked_fill_(beyond, least));
  }

  private static void raise(Tensor best, Tensor tile) {
    best.copy_(best.maximum(tile.view_as(best)));
  }

  /**
   * Places of kept tokens, ascending.
   *
   * @param index {@code [b,most]} int64; beyond an item's own it names its last place
   */
  private record Kept(Tensor index, int[] length) {
    private Tensor rows(Tensor like) {
      return index.unsqueeze(2).expand(index.size(0), index.size(1), like.size(2));
    }

    Tensor of(Tensor tokens) {
      return tokens.gather(1, rows(tokens));
    }

    /** Gradients at their places; those beyond an item's own are 0 and change nothing. */
    Tensor spread(@Nullable Tensor gradient, Tensor tokens) {
      Tensor small = Objects.requireNonNull(gradient);
      return torch
          .zeros_like(tokens)
          .to(ScalarType.Float)
          .scatter_add_(1, rows(tokens), small.to(ScalarType.Float));
    }
  }

  /** The best of every item, of equals the first. */
  private Kept kept(Tensor best, int[] length) {
    int[] count = Arrays.stream(length).map(keep::of).toArray();
    int most = Arrays.stream(count).max().orElseThrow();
    long tokens = best.size(1);
    Tensor order = best.sort(new BoolOptional(true), 1, true).get1().narrow(1, 0, most);
    Tensor counts = device.send(Tensors.fromInts(count, count.length)).unsqueeze(1);
    Tensor place = torch.arange(new Scalar((long) most), counts.options()).unsqueeze(0);
    Tensor own = order.masked_fill(place.ge(counts), new Scalar(tokens)).sort(1, false).get0();
    return new Kept(own.clamp_max(new Scalar(tokens - 1)), count);
  }

  @Override
  public void close() {
    loss.close();
  }
}
