package dev.filip.viz;

import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/** A white sheet with a title and one or two axes to draw points on. Used by one thread. */
final class Chart {
  private static final int TITLE = 46;
  private static final int FOOT = 52;
  private static final int RIGHT = 40;
  private static final double FAINT = 0.18;

  final Graphics2D g;
  final BufferedImage sheet;
  final int left;
  final int top = TITLE;
  final int bottom;
  private final int right;
  private final Axis x;

  /**
   * @param left room for what stands left of the plot
   * @param inner height of the plot
   */
  Chart(String title, int width, int left, int inner, Axis x) {
    this.left = left;
    this.right = width - RIGHT;
    this.bottom = TITLE + inner;
    this.x = x;
    this.sheet = new BufferedImage(width, bottom + FOOT, BufferedImage.TYPE_INT_RGB);
    this.g = Board.pen(sheet);
    g.setColor(Palette.PAPER);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    g.setColor(Palette.INK);
    g.setFont(Board.font(Font.BOLD, 17));
    g.drawString(title, Board.MARGIN, 28);
  }

  /** Grid lines and numbers of the x axis, its label at the foot. */
  void xAxis(String label) {
    g.setFont(Board.font(Font.PLAIN, 13));
    g.setStroke(new BasicStroke(1f));
    for (double tick : x.ticks()) {
      int at = (int) Math.round(px(tick));
      g.setColor(Palette.alpha(Palette.INK, FAINT));
      g.drawLine(at, top, at, bottom);
      g.setColor(Palette.INK);
      centred(x.text(tick), at, bottom + 18);
    }
    g.setColor(Palette.FAINT);
    g.drawString(label, right - g.getFontMetrics().stringWidth(label), bottom + 40);
  }

  /** Grid lines and numbers of a y axis, its label above. */
  void yAxis(Axis y, String label) {
    g.setFont(Board.font(Font.PLAIN, 13));
    for (double tick : y.ticks()) {
      int at = (int) Math.round(py(y, tick));
      g.setColor(Palette.alpha(Palette.INK, FAINT));
      g.drawLine(left, at, right, at);
      g.setColor(Palette.INK);
      String text = y.text(tick);
      g.drawString(text, left - 8 - g.getFontMetrics().stringWidth(text), at + 5);
    }
    g.setColor(Palette.FAINT);
    g.drawString(label, Board.MARGIN, top - 2);
  }

  void centred(String text, int at, int base) {
    g.drawString(text, at - g.getFontMetrics().stringWidth(text) / 2, base);
  }

  double px(double value) {
    return left + x.share(value) * (right - left);
  }

  double py(Axis y, double value) {
    return bottom - y.share(value) * (bottom - top - 14);
  }

  BufferedImage done() {
    g.dispose();
    return sheet;
  }
}
