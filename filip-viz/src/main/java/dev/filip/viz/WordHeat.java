package dev.filip.viz;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** The words of a text, each on the colour (viridis) of its number. Stateless. */
public final class WordHeat {
  private static final int WIDTH = 560;
  private static final int HEADER = 30;

  private WordHeat() {}

  /**
   * Draws it.
   *
   * @param shares one a word, in [0, 1]
   */
  public static BufferedImage draw(List<String> words, float[] shares, String title) {
    if (shares.length != words.size()) {
      throw new IllegalArgumentException(
          "shares must have one entry a word = " + words.size() + ", got " + shares.length);
    }
    List<Chips.Chip> chips = new ArrayList<>();
    for (int i = 0; i < shares.length; i++) {
      Color ground = Palette.value(shares[i]);
      double light = 0.299 * ground.getRed() + 0.587 * ground.getGreen() + 0.114 * ground.getBlue();
      Color ink = light > 120 ? Palette.INK : Color.WHITE;
      chips.add(new Chips.Chip(Integer.toString(i), words.get(i), ink, ground));
    }
    Graphics2D ruler = Board.pen(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
    Chips laid = new Chips(ruler, chips, WIDTH);
    ruler.dispose();
    BufferedImage sheet =
        new BufferedImage(
            WIDTH + 2 * Board.MARGIN,
            HEADER + laid.height() + 2 * Board.MARGIN,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Board.pen(sheet);
    g.setColor(Palette.PAPER);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    g.setFont(Board.font(Font.BOLD, 17));
    g.setColor(Palette.INK);
    g.drawString(Chips.fit(title, g.getFontMetrics(), WIDTH), Board.MARGIN, Board.MARGIN + 16);
    laid.draw(g, Board.MARGIN, Board.MARGIN + HEADER);
    g.dispose();
    return sheet;
  }
}
