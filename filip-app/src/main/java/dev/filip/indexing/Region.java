package dev.filip.indexing;

import dev.filip.encode.Embedder;
import dev.filip.encode.PatchLayout;
import dev.filip.io.BadInput;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A part of a picture that is searched by: a rectangle in pixels of the picture as it was stored
 * (turned as its EXIF orientation says where the model's are), or in fractions of its width and
 * height where none of the four numbers is above 1. Immutable.
 *
 * @param name what it is called in messages
 * @param x of its left edge
 * @param y of its upper edge
 */
public record Region(String name, double x, double y, double width, double height) {
  private static final int NUMBERS = 4;

  /**
   * Reads {@code x,y,w,h}.
   *
   * @throws BadInput for anything else
   */
  public static Region parse(String name, String text) {
    String[] parts = text.split(",", -1);
    double[] numbers = new double[NUMBERS];
    try {
      BadInput.require(parts.length == NUMBERS, name, text, "four numbers x,y,w,h");
      for (int i = 0; i < NUMBERS; i++) {
        numbers[i] = Double.parseDouble(parts[i].strip());
      }
    } catch (NumberFormatException e) {
      throw new BadInput(name + " must be four numbers x,y,w,h, got " + text, e);
    }
    boolean whole =
        Arrays.stream(numbers).allMatch(Double::isFinite)
            && numbers[0] >= 0
            && numbers[1] >= 0
            && numbers[2] > 0
            && numbers[3] > 0;
    BadInput.require(whole, name, text, "x,y,w,h with x and y from 0 on, w and h above 0");
    return new Region(name, numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  private boolean isOfFractions() {
    return x <= 1 && y <= 1 && width <= 1 && height <= 1;
  }

  /**
   * Numbers of the patches whose centres it covers; where it is smaller than a patch, the one at
   * its centre.
   *
   * @throws BadInput where it is not within the picture, or in a part that the model does not see
   */
  int[] patches(Embedder.Picture picture, PatchLayout layout) {
    double across = isOfFractions() ? picture.width() : 1;
    double down = isOfFractions() ? picture.height() : 1;
    PatchLayout.Rect stored =
        new PatchLayout.Rect(x * across, y * down, (x + width) * across, (y + height) * down);
    BadInput.require(
        stored.x1() <= picture.width() + 1e-6 && stored.y1() <= picture.height() + 1e-6,
        name,
        this,
        "within the picture's " + picture.width() + " x " + picture.height() + " pixels");
    double columns = layout.columns() * (double) layout.side();
    double rows = layout.rows() * (double) layout.side();
    PatchLayout.Rect seen = stored.placed(picture.map()).clip(columns, rows);
    BadInput.require(
        seen.area() > 0, name, this, "in what the model sees: it cuts the picture's edges off");
    int[] covered =
        IntStream.range(0, layout.size()).filter(k -> layout.centreIn(k, seen)).toArray();
    return covered.length > 0 ? covered : new int[] {middle(seen, layout)};
  }

  private static int middle(PatchLayout.Rect seen, PatchLayout layout) {
    int row = (int) ((seen.y0() + seen.y1()) / 2 / layout.side());
    int column = (int) ((seen.x0() + seen.x1()) / 2 / layout.side());
    return Math.min(row, layout.rows() - 1) * layout.columns()
        + Math.min(column, layout.columns() - 1);
  }

  /** As it was given. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s,%s,%s,%s", x, y, width, height);
  }
}
