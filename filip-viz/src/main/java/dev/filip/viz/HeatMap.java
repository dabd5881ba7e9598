package dev.filip.viz;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Locale;

/**
 * Numbers of patches, such as one word's cosine with each, laid over the picture as colours
 * (viridis) with a legend. Patches are drawn as they are, not smoothed; the best is framed.
 * Stateless.
 */
public final class HeatMap {
  private static final int HEADER = 30;
  private static final int BAR = 12;

  private HeatMap() {}

  /** The values that the two ends of the colour map stand for. */
  public record Range(double low, double high) {
    /** From the smallest to the largest of {@code values}. */
    public static Range of(float[] values) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (float v : values) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
      return new Range(low, high);
    }

    double share(double value) {
      return high > low ? (value - low) / (high - low) : 0.5;
    }
  }

  /**
   * Draws it.
   *
   * @param score one a patch
   * @param range give the same one to several words of a text to compare them
   */
  public static BufferedImage draw(PatchGrid grid, float[] score, String title, Range range) {
    return draw(grid, score, title, range, "cosine");
  }

  /**
   * Draws something else than cosines.
   *
   * @param what the numbers are, for the legend
   */
  public static BufferedImage draw(
      PatchGrid grid, float[] score, String title, Range range, String what) {
    grid.expect("score", score.length);
    Board board = new Board(grid, HEADER);
    BufferedImage sheet = board.sheet(board.bottom() + 46 + Board.MARGIN);
    Graphics2D g = Board.pen(sheet);
    title(g, board, title);
    board.greyPicture(g);
    for (int k = 0; k < score.length; k++) {
      board.fill(g, k, Palette.alpha(Palette.value(range.share(score[k])), 0.62));
    }
    board.lines(g);
    int best = best(score);
    board.outline(g, best, Palette.INK, 5f);
    board.outline(g, best, Color.WHITE, 2.5f);
    legend(g, board, range, what);
    g.dispose();
    return sheet;
  }

  static void title(Graphics2D g, Board board, String title) {
    g.setFont(Board.font(Font.BOLD, 17));
    g.setColor(Palette.INK);
    int width = board.width() - 2 * Board.MARGIN;
    g.drawString(Chips.fit(title, g.getFontMetrics(), width), Board.MARGIN, Board.MARGIN + 16);
  }

  private static void legend(Graphics2D g, Board board, Range range, String what) {
    int y = board.bottom() + 12;
    int width = board.gridWidth();
    for (int x = 0; x < width; x++) {
      g.setColor(Palette.value((x + 0.5) / width));
      g.fillRect(board.left + x, y, 1, BAR);
    }
    g.setFont(Board.font(Font.PLAIN, 12));
    g.setColor(Palette.FAINT);
    String low = String.format(Locale.ROOT, "%.2f", range.low());
    String high = String.format(Locale.ROOT, "%.2f", range.high());
    int base = y + BAR + 16;
    g.drawString(low, board.left, base);
    g.drawString(high, board.left + width - g.getFontMetrics().stringWidth(high), base);
    String middle = what + "; the best patch is framed";
    int half = g.getFontMetrics().stringWidth(middle) / 2;
    g.drawString(middle, board.left + width / 2 - half, base);
  }

  private static int best(float[] score) {
    int best = 0;
    for (int k = 1; k < score.length; k++) {
      if (score[k] > score[best]) {
        best = k;
      }
    }
    return best;
  }
}
