package dev.filip.viz;

import java.awt.Color;

/**
 * Colours that people with any colour vision can tell apart: Okabe and Ito's eight for names, an
 * eleven-point form of the viridis map for values. Stateless.
 */
public final class Palette {
  static final Color INK = new Color(0x1c, 0x1f, 0x24);
  static final Color FAINT = new Color(0x6a, 0x71, 0x7c);
  static final Color PAPER = Color.WHITE;
  static final Color LABEL = new Color(0xff, 0x3b, 0x30);
  static final Color LABEL_ON_PAPER = new Color(0xc8, 0x14, 0x14);

  // Okabe & Ito, "Color Universal Design", 2008; black left out (it is the grid's), grey added.
  private static final int[] NAMES = {
    0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7, 0x8c8c8c
  };
  // viridis at 0, 0.1 ... 1 (matplotlib, CC0)
  private static final int[] VIRIDIS = {
    0x440154, 0x482475, 0x414487, 0x355f8d, 0x2a788e, 0x21918c, 0x22a884, 0x44bf70, 0x7ad151,
    0xbddf26, 0xfde725
  };

  private Palette() {}

  /** Colour of name i; repeats after eight. */
  public static Color name(int i) {
    return new Color(NAMES[Math.floorMod(i, NAMES.length)]);
  }

  /** Viridis at {@code value}, clamped to [0, 1]. */
  public static Color value(double value) {
    double at = Math.clamp(value, 0.0, 1.0) * (VIRIDIS.length - 1);
    int low = (int) Math.min(at, VIRIDIS.length - 2);
    return mix(new Color(VIRIDIS[low]), new Color(VIRIDIS[low + 1]), at - low);
  }

  /** {@code #rrggbb}. */
  public static String css(Color color) {
    return String.format("#%06x", color.getRGB() & 0xffffff);
  }

  static Color mix(Color a, Color b, double share) {
    return new Color(
        (int) Math.round(a.getRed() + share * (b.getRed() - a.getRed())),
        (int) Math.round(a.getGreen() + share * (b.getGreen() - a.getGreen())),
        (int) Math.round(a.getBlue() + share * (b.getBlue() - a.getBlue())));
  }

  static Color alpha(Color color, double alpha) {
    return new Color(
        color.getRed(), color.getGreen(), color.getBlue(), (int) Math.round(255 * alpha));
  }
}
