package dev.filip.viz;

import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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

  /** A range widened to round ticks: steps of 1, 2 or 5 times a power of ten. */
  record Axis(double low, double high, double step) {
    private static final int WANTED_TICKS = 5;

    /** Covers all finite values; 0 to 1 where there are none. */
    static Axis over(List<double[]> values) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double[] part : values) {
        for (double v : part) {
          if (Double.isFinite(v)) {
            low = Math.min(low, v);
            high = Math.max(high, v);
          }
        }
      }
      if (low > high) {
        return new Axis(0, 1, 0.2);
      }
      return round(low, high > low ? high : low + 1);
    }

    private static Axis round(double low, double high) {
      double rough = (high - low) / WANTED_TICKS;
      double power = Math.pow(10, Math.floor(Math.log10(rough)));
      double part = rough / power;
      double step = power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
      return new Axis(
          Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step, step);
    }

    double share(double value) {
      return (value - low) / (high - low);
    }

    List<Double> ticks() {
      List<Double> out = new ArrayList<>();
      long count = Math.round((high - low) / step);
      for (long i = 0; i <= count; i++) {
        out.add(low + i * step);
      }
      return out;
    }

    /** As many decimals as the step needs. */
    String text(double tick) {
      int decimals = (int) Math.clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 8);
      double clean = Math.abs(tick) < step / 1000 ? 0 : tick;
      return decimals == 0
          ? String.format(Locale.ROOT, "%,.0f", clean)
          : String.format(Locale.ROOT, "%." + decimals + "f", clean);
    }
  }
}
