package dev.filip.curate;

import dev.filip.image.ImageHeader;
import dev.filip.image.RgbImage;
import dev.filip.image.UndecodableImage;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A rule on an image. One that cannot be read as far as the rule needs is taken by it, whatever the
 * order of the rules. Thread-safe.
 */
sealed interface ImageRule extends Rule
    permits ImageRule.Undecodable,
        ImageRule.FileSize,
        ImageRule.ShorterSide,
        ImageRule.AspectRatio,
        ImageRule.SingleColour,
        LeakRule {
  /** Why the rule takes it, or null where it stays. */
  @Nullable String judge(Picture picture) throws IOException;

  /** {@link #judge}, a broken image included. */
  default @Nullable String why(Picture picture) throws IOException {
    try {
      return judge(picture);
    } catch (UndecodableImage e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Files that no decoder here reads whole. */
  record Undecodable() implements ImageRule {
    @Override
    public @Nullable String judge(Picture picture) throws IOException {
      picture.header();
      picture.pixels();
      return null;
    }
  }

  /**
   * Small files: placeholders, spacers, error pages.
   *
   * @param least bytes
   */
  record FileSize(int least) implements ImageRule {
    @Override
    public @Nullable String judge(Picture picture) throws IOException {
      int bytes = picture.file().length;
      return bytes >= least ? null : bytes + " bytes, fewer than " + least;
    }
  }

  /**
   * The shorter side.
   *
   * @param least pixels
   */
  record ShorterSide(int least) implements ImageRule {
    @Override
    public @Nullable String judge(Picture picture) throws IOException {
      ImageHeader header = picture.header();
      return Math.min(header.width(), header.height()) >= least
          ? null
          : size(header) + ", shorter side below " + least;
    }

    static String size(ImageHeader header) {
      return header.width() + " x " + header.height();
    }
  }

  /**
   * The longer side by the shorter one.
   *
   * @param most of it, at least 1
   */
  record AspectRatio(double most) implements ImageRule {
    @Override
    public @Nullable String judge(Picture picture) throws IOException {
      ImageHeader header = picture.header();
      int longer = Math.max(header.width(), header.height());
      int shorter = Math.min(header.width(), header.height());
      return longer <= most * shorter
          ? null
          : ShorterSide.size(header)
              + String.format(
                  Locale.ROOT, ", ratio %.3f above %s", longer / (double) shorter, most);
    }
  }

  /**
   * Pictures of a single colour.
   *
   * @param spread levels of 255 between the least and the largest value of every channel that still
   *     are one colour (noise of compression)
   */
  record SingleColour(int spread) implements ImageRule {
    @Override
    public @Nullable String judge(Picture picture) throws IOException {
      RgbImage image = picture.pixels();
      byte[] rgb = image.rgb();
      int widest = 0;
      for (int channel = 0; channel < 3; channel++) {
        int least = 255;
        int most = 0;
        for (int i = channel; i < rgb.length; i += 3) {
          int value = rgb[i] & 255;
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
        widest = Math.max(widest, most - least);
        if (widest > spread) {
          return null;
        }
      }
      return "every channel within " + widest + " levels of 255";
    }
  }
}
