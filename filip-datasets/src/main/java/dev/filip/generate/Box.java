package dev.filip.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.filip.io.Json;

/**
 * A rectangle in pixels of the stored image: columns x0 to x1-1, rows y0 to y1-1.
 *
 * @param x0 left edge, inside
 * @param y0 top edge, inside
 * @param x1 right edge, outside
 * @param y1 bottom edge, outside
 */
record Box(int x0, int y0, int x1, int y1) {

  /** {@code [x0, y0, x1, y1]}. */
  ArrayNode toJson() {
    return Json.mapper().createArrayNode().add(x0).add(y0).add(x1).add(y1);
  }

  boolean isEmpty() {
    return x1 <= x0 || y1 <= y0;
  }

  /** Grows around pixels; not thread-safe. */
  static final class Around {
    private int x0 = Integer.MAX_VALUE;
    private int y0 = Integer.MAX_VALUE;
    private int x1;
    private int y1;

    void add(int x, int y) {
      x0 = Math.min(x0, x);
      y0 = Math.min(y0, y);
      x1 = Math.max(x1, x + 1);
      y1 = Math.max(y1, y + 1);
    }

    /** The box; empty at the origin when nothing was added. */
    Box box() {
      return x1 == 0 ? new Box(0, 0, 0, 0) : new Box(x0, y0, x1, y1);
    }
  }
}
