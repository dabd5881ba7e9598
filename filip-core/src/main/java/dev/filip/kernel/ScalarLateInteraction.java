package dev.filip.kernel;

import dev.filip.tokens.Tokens;
import java.util.Arrays;

/**
 * Late interaction as its definition says it, one pair and one product at a time: the oracle of the
 * fast form and what runs where the Vector API is missing. Products are summed in fp64. Stateless,
 * safe for any thread.
 */
public final class ScalarLateInteraction {
  private ScalarLateInteraction() {}

  /** Every image with every text. Cost images x texts x n x m x d on the calling thread. */
  public static PairScores scores(Tokens images, Tokens texts) {
    Shapes.sameWidth(images.d(), texts.d());
    int d = images.d();
    float[] sImage = new float[Math.multiplyExact(images.size(), texts.size())];
    float[] sText = new float[sImage.length];
    for (int i = 0; i < images.size(); i++) {
      float[] image = images.floats(i);
      for (int j = 0; j < texts.size(); j++) {
        int at = i * texts.size() + j;
        PairAlignment pair = align(image, images.length(i), texts.floats(j), texts.length(j), d);
        sImage[at] = pair.sImage();
        sText[at] = pair.sText();
      }
    }
    return new PairScores(images.size(), texts.size(), sImage, sText);
  }

  /** One pair, rows given back to back from the start of each array. */
  public static PairAlignment align(float[] imageRows, int n, float[] textRows, int m, int d) {
    Shapes.atLeastOneToken(n, m);
    int[] patchWord = new int[n];
    int[] wordPatch = new int[m];
    float[] patchScore = new float[n];
    float[] wordScore = new float[m];
    Arrays.fill(patchScore, Float.NEGATIVE_INFINITY);
    Arrays.fill(wordScore, Float.NEGATIVE_INFINITY);
    for (int k = 0; k < n; k++) {
      for (int r = 0; r < m; r++) {
        float s = dot(imageRows, k * d, textRows, r * d, d);
        if (s > patchScore[k]) {
          patchScore[k] = s;
          patchWord[k] = r;
        }
        if (s > wordScore[r]) {
          wordScore[r] = s;
          wordPatch[r] = k;
        }
      }
    }
    return new PairAlignment(patchWord, patchScore, wordPatch, wordScore);
  }

  private static float dot(float[] x, int xAt, float[] y, int yAt, int d) {
    double sum = 0;
    for (int c = 0; c < d; c++) {
      sum += (double) x[xAt + c] * y[yAt + c];
    }
    return (float) sum;
  }
}
