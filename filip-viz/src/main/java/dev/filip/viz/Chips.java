package dev.filip.viz;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.List;

/** Rounded word boxes in lines that wrap. Lays out first (to learn the height), then draws. */
final class Chips {
  private static final int HEIGHT = 26;
  private static final int GAP = 6;
  private static final int PAD = 8;

  /** One box: a small {@code tag} (an index) and a word. */
  record Chip(String tag, String word, Color ink, Color ground) {}

  private record Placed(Chip chip, int x, int y, int width, int tagWidth, String word) {}

  private final List<Placed> placed = new ArrayList<>();
  private int height;

  /** Lays {@code chips} out in {@code width} pixels. */
  Chips(Graphics2D g, List<Chip> chips, int width) {
    FontMetrics tags = g.getFontMetrics(tagFont());
    FontMetrics words = g.getFontMetrics(wordFont());
    int x = 0;
    int y = 0;
    for (Chip chip : chips) {
      int tag = chip.tag.isEmpty() ? 0 : tags.stringWidth(chip.tag) + 6;
      String word = fit(chip.word, words, width - tag - 2 * PAD);
      int need = tag + words.stringWidth(word) + 2 * PAD;
      if (x > 0 && x + need > width) {
        x = 0;
        y += HEIGHT + GAP;
      }
      placed.add(new Placed(chip, x, y, need, tag, word));
      x += need + GAP;
    }
    height = chips.isEmpty() ? 0 : y + HEIGHT;
  }

  int height() {
    return height;
  }

  void draw(Graphics2D g, int left, int top) {
    for (Placed p : placed) {
      int x = left + p.x;
      int y = top + p.y;
      g.setColor(p.chip.ground);
      g.fill(Board.chip(x, y, p.width, HEIGHT));
      g.setColor(Palette.alpha(p.chip.ink, 0.75));
      g.setFont(tagFont());
      g.drawString(p.chip.tag, x + PAD, y + 17);
      g.setColor(p.chip.ink);
      g.setFont(wordFont());
      g.drawString(p.word, x + PAD + p.tagWidth, y + 18);
    }
  }

  static String fit(String word, FontMetrics metrics, int width) {
    if (metrics.stringWidth(word) <= width) {
      return word;
    }
    int end = word.length();
    while (end > 1 && metrics.stringWidth(word.substring(0, end) + "…") > width) {
      end--;
    }
    return word.substring(0, end) + "…";
  }

  private static Font tagFont() {
    return Board.font(Font.BOLD, 11);
  }

  private static Font wordFont() {
    return Board.font(Font.PLAIN, 14);
  }
}
