package dev.filip.loss;

import dev.filip.config.KeepTokens;
import dev.filip.kernel.LateKernel;
import dev.filip.kernel.TokenMaxima;
import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.tokens.Tokens;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A late loss on the most telling tokens only (paper 2.1, "Training efficiency"): of each image and
 * each text the top share of its tokens, by their best match with any token of any item of the
 * batch's other side; of a text's share the real length counts. A floor of tokens stays; of equals
 * the first. The choice passes no gradient; the tokens left out get 0. Health signs count positions
 * among the words kept.
 */
public final class TokenSelection implements ContrastiveLoss {
  private final KeepTokens keep;
  private final ContrastiveLoss loss;
  private final LateKernel kernel;

  /**
   * @param keep share and floor; when it begins is the caller's to decide
   * @param loss the late loss on what is kept; taken over and closed
   */
  public TokenSelection(KeepTokens keep, ContrastiveLoss loss, int threads) {
    this.keep = keep;
    this.loss = loss;
    this.kernel = new LateKernel(threads);
  }

  @Override
  public LossGradient compute(
      ImageFeatures images, TextFeatures texts, Positives positives, double logScale) {
    int b = Inputs.lateBatch(images, texts);
    int n = Math.toIntExact(images.tokens().size(1));
    int m = Math.toIntExact(texts.tokens().size(1));
    int d = Math.toIntExact(images.tokens().size(2));
    int[] patches = new int[b];
    Arrays.fill(patches, n);
    TokenMaxima maxima =
        kernel.maxima(
            Tokens.padded(Inputs.memory(images.tokens()), Tokens.Type.FP32, n, d, patches),
            Tokens.padded(Inputs.memory(texts.tokens()), Tokens.Type.FP32, m, d, texts.length()));
    int[][] keptPatches = choose(maxima.images(), n, patches);
    int[][] keptWords = choose(maxima.texts(), m, texts.length());
    int[] lengths = Arrays.stream(keptWords).mapToInt(w -> w.length).toArray();
    try (StepScope scope = new StepScope()) {
      LossGradient small =
          loss.compute(
              new ImageFeatures(take(images.tokens(), keptPatches, n, d), images.embeds()),
              new TextFeatures(take(texts.tokens(), keptWords, m, d), texts.embeds(), lengths),
              positives,
              logScale);
      return new LossGradient(
          small.numbers(),
          scope.up(spread(small.dImageTokens(), keptPatches, n, d)),
          scope.up(spread(small.dTextTokens(), keptWords, m, d)),
          null,
          null);
    }
  }

  /** Positions kept of each item, ascending. */
  private int[][] choose(float[] score, int tokens, int[] length) {
    int[][] kept = new int[length.length][];
    for (int i = 0; i < kept.length; i++) {
      int start = i * tokens;
      kept[i] =
          IntStream.range(0, length[i])
              .boxed()
              .sorted(Comparator.comparingDouble(k -> -score[start + k]))
              .limit(keep.of(length[i]))
              .mapToInt(Integer::intValue)
              .sorted()
              .toArray();
    }
    return kept;
  }

  /** The kept rows of {@code [b,tokens,d]}, padded to the longest: {@code [b,most,d]}. */
  private static Tensor take(Tensor rows, int[][] kept, int tokens, int d) {
    int most = Arrays.stream(kept).mapToInt(k -> k.length).max().orElseThrow();
    long[] index = new long[kept.length * most];
    for (int i = 0; i < kept.length; i++) {
      for (int k = 0; k < most; k++) { // pads repeat a valid row: nobody reads them
        index[i * most + k] = (long) i * tokens + kept[i][Math.min(k, kept[i].length - 1)];
      }
    }
    Tensor flat = rows.view((long) kept.length * tokens, d);
    return flat.index_select(0, Tensors.fromLongs(index, index.length)).view(kept.length, most, d);
  }

  /** The opposite: gradients of kept rows at their places, 0 elsewhere. */
  private static Tensor spread(@Nullable Tensor gradient, int[][] kept, int tokens, int d) {
    Tensor small = Objects.requireNonNull(gradient).to(ScalarType.Float);
    int most = Math.toIntExact(small.size(1));
    int all = Arrays.stream(kept).mapToInt(k -> k.length).sum();
    long[] from = new long[all];
    long[] to = new long[all];
    int at = 0;
    for (int i = 0; i < kept.length; i++) {
      for (int k = 0; k < kept[i].length; k++) {
        from[at] = (long) i * most + k;
        to[at++] = (long) i * tokens + kept[i][k];
      }
    }
    Tensor rows =
        small.view((long) kept.length * most, d).index_select(0, Tensors.fromLongs(from, all));
    Tensor whole =
        torch.zeros(
            new long[] {(long) kept.length * tokens, d}, new TensorOptions(ScalarType.Float));
    return whole.index_copy_(0, Tensors.fromLongs(to, all), rows).view(kept.length, tokens, d);
  }

  @Override
  public void close() {
    try (kernel) {
      loss.close();
    }
  }
}
