package dev.filip.metric;

import java.util.Arrays;

/**
 * The ranks of {@link CandidateRanks#textToImage} and {@link CandidateRanks#imageToText}, counted
 * block by block: no score outlives its block. First {@link #own} is told the scores of all texts
 * with their own image, then {@link #count} those of all pairs, in blocks that cover each pair
 * once. A pair must have the same scores both times. Used by one thread.
 */
public final class BlockRanks {
  private final int[] owner;
  private final float[] ownOfText;
  private final float[] bestOfImage;
  private final int[] captions;
  private final int[] textRank;
  private final int[] imageRank;

  /**
   * @param imageOfText which image each text describes
   */
  public BlockRanks(int images, int[] imageOfText) {
    owner = imageOfText.clone();
    ownOfText = new float[owner.length];
    Arrays.fill(ownOfText, Float.NaN);
    bestOfImage = new float[images];
    Arrays.fill(bestOfImage, Float.NEGATIVE_INFINITY);
    captions = new int[images];
    textRank = new int[owner.length];
    imageRank = new int[images];
    for (int image : owner) {
      captions[CandidateRanks.index(image, images, "image of a text")]++;
    }
  }

  /**
   * The scores of a text with its own image.
   *
   * @param forTexts the score by which an image ranks texts
   * @param forImages the score by which a text ranks images
   */
  public void own(int text, float forTexts, float forImages) {
    ownOfText[text] = forImages;
    int image = owner[text];
    bestOfImage[image] = forTexts > bestOfImage[image] ? forTexts : bestOfImage[image];
  }

  /**
   * A block of scores, {@code [images, texts]} row-major from the front; the arrays may be longer,
   * and may be one.
   *
   * @param firstImage the image of row 0
   * @param firstText the text of column 0
   * @param forTexts by which images rank texts
   * @param forImages by which texts rank images
   */
  public void count(
      int firstImage, int images, int firstText, int texts, float[] forTexts, float[] forImages) {
    for (int i = 0; i < images; i++) {
      int image = firstImage + i;
      float best = bestOfImage[image];
      int above = 0;
      for (int t = 0, at = i * texts; t < texts; t++, at++) {
        int text = firstText + t;
        boolean rival = owner[text] != image;
        above += rival && !(forTexts[at] < best) ? 1 : 0;
        textRank[text] += rival && !(forImages[at] < ownOfText[text]) ? 1 : 0;
      }
      imageRank[image] += above;
    }
  }

  /** For every text the rank of its image among all images. */
  public int[] textToImage() {
    return textRank.clone();
  }

  /**
   * For every image the rank of its best caption among all other images' captions, or {@link
   * CandidateRanks#NONE} for an image without one.
   */
  public int[] imageToText() {
    int[] ranks = imageRank.clone();
    for (int image = 0; image < ranks.length; image++) {
      ranks[image] = captions[image] == 0 ? CandidateRanks.NONE : ranks[image];
    }
    return ranks;
  }
}
