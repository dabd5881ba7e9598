package dev.filip.curate;

import java.util.Locale;

/** How a whole number is spread, of what was read and of what stays. Used by one thread. */
final class Histogram {
  private static final int BINS = 33;
  private static final int WIDTH = 460;
  private static final int HEIGHT = 190;
  private static final int FOOT = 34;
  private static final int TOP = 30;

  private final int step;
  private final long[] all = new long[BINS];
  private final long[] kept = new long[BINS];

  /** Bins of {@code step} numbers; the last holds all above. */
  Histogram(int step) {
    this.step = step;
  }

  void add(int value, boolean stays) {
    int bin = Math.min(BINS - 1, value / step);
    all[bin]++;
    kept[bin] += stays ? 1 : 0;
  }

  boolean isEmpty() {
    for (long count : all) {
      if (count > 0) {
        return false;
      }
    }
    return true;
  }

  /** A drawing: bars of what was read, filled as far as it stays. */
  String svg(String title) {
    long most = 1;
    for (long count : all) {
      most = Math.max(most, count);
    }
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\">",
            WIDTH,
            HEIGHT));
    text(out, 8, 18, 14, "start", title);
    double wide = (WIDTH - 16) / (double) BINS;
    int floor = HEIGHT - FOOT;
    for (int i = 0; i < BINS; i++) {
      double x = 8 + i * wide;
      bar(out, x, wide, floor, all[i] * (double) (floor - TOP) / most, "var(--line, #ccc)");
      bar(out, x, wide, floor, kept[i] * (double) (floor - TOP) / most, "var(--series-0, #0072b2)");
      if (i % 8 == 0) {
        String label = i * step + (i == BINS - 1 ? "+" : "");
        text(out, x + wide / 2, floor + 15, 11, "middle", label);
      }
    }
    text(out, 8, HEIGHT - 4, 11, "start", "filled: kept");
    return out.append("</svg>").toString();
  }

  private static void bar(
      StringBuilder out, double x, double wide, int floor, double high, String colour) {
    out.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>",
            x + 1,
            floor - high,
            wide - 2,
            high,
            colour));
  }

  private static void text(
      StringBuilder out, double x, int y, int size, String anchor, String text) {
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%d\" font-size=\"%d\" text-anchor=\"%s\" fill=\"currentColor\">%s</text>",
            x,
            y,
            size,
            anchor,
            text));
  }
}
