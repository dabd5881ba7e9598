package dev.filip.kernel;

/**
 * Which token chose which, for one image and one text: {@code patchWord[k]} is the best word of
 * patch k with score {@code patchScore[k]}, {@code wordPatch[r]} the best patch of word r with
 * {@code wordScore[r]}. A tie goes to the lowest index. Scores are unscaled inner products.
 */
public record PairAlignment(
    int[] patchWord, float[] patchScore, int[] wordPatch, float[] wordScore) {
  /** Mean over patches of their best word's score ({@code s_image}). */
  public float sImage() {
    return mean(patchScore);
  }

  /** Mean over words of their best patch's score ({@code s_text}). */
  public float sText() {
    return mean(wordScore);
  }

  private static float mean(float[] scores) {
    double sum = 0;
    for (float s : scores) {
      sum += s;
    }
    return (float) (sum / scores.length);
  }
}
