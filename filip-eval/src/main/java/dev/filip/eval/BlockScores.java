package dev.filip.eval;

import dev.filip.kernel.LateKernel;
import dev.filip.kernel.PackedTexts;
import dev.filip.kernel.PairScores;
import dev.filip.tokens.Tokens;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Scores of blocks of images with texts that are packed once. Owns one kernel and room for one
 * block of scores, which blocks of one size share. Used by one thread.
 */
final class BlockScores implements AutoCloseable {
  private final LateKernel kernel = new LateKernel(Runtime.getRuntime().availableProcessors());
  private @Nullable PackedTexts texts;
  private float[] sImage = {};
  private float[] sText = {};

  /** The texts of the blocks that follow. */
  void texts(Tokens rows) {
    texts = kernel.pack(rows);
  }

  /** Every image with every text, {@code [images, texts]}: valid until the next call. */
  PairScores of(Tokens images) {
    PackedTexts packed = Objects.requireNonNull(texts, "texts first");
    int pairs = Math.multiplyExact(images.size(), packed.size());
    if (sImage.length != pairs) {
      sImage = new float[pairs];
      sText = new float[pairs];
    }
    kernel.scores(images, packed, sImage, sText);
    return new PairScores(images.size(), packed.size(), sImage, sText);
  }

  @Override
  public void close() {
    kernel.close();
  }
}
