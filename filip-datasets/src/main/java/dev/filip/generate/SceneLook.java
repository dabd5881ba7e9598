package dev.filip.generate;

import java.util.Locale;

/**
 * What a caption says of a thing beside its kind.
 *
 * @param size large or small
 * @param colour one of eight
 * @param texture plain is not said
 */
record SceneLook(Size size, Colour colour, Texture texture) {

  /** Diameter as a share of the cell. */
  enum Size {
    LARGE(0.95),
    SMALL(0.62);

    final double share;

    Size(double share) {
      this.share = share;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Colours, before the noise of each object. */
  enum Colour {
    RED(0xDC2328),
    ORANGE(0xF58714),
    YELLOW(0xFADC28),
    GREEN(0x148232),
    BLUE(0x2350D2),
    PURPLE(0x8228AA),
    PINK(0xFA82B4),
    BROWN(0x6E4123);

    final int rgb;

    Colour(int rgb) {
      this.rgb = rgb;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Surface of a thing. */
  enum Texture {
    PLAIN,
    STRIPED,
    DOTTED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** {@code large red striped}. */
  String words() {
    String base = size.word() + " " + colour.word();
    return texture == Texture.PLAIN ? base : base + " " + texture.word();
  }

  SceneLook with(Size other) {
    return new SceneLook(other, colour, texture);
  }

  SceneLook with(Colour other) {
    return new SceneLook(size, other, texture);
  }

  SceneLook with(Texture other) {
    return new SceneLook(size, colour, other);
  }
}
