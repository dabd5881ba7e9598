package dev.filip.viz;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
