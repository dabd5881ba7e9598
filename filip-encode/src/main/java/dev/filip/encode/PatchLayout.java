package dev.filip.encode;

import dev.filip.image.Placement;

/**
 * Where a model's patches are: {@code rows x columns} squares of {@code side} input pixels, row by
 * row. Image token {@code first + k} is patch k ({@code first} is 1 where [CLS] takes part).
 */
public record PatchLayout(int rows, int columns, int side, int first) {
  /** Patches. */
  public int size() {
    return rows * columns;
  }

  /** Whether patch k's centre lies in {@code box} (input pixels). */
  public boolean centreIn(int k, Rect box) {
    int row = k / columns;
    return box.contains((k % columns + 0.5) * side, (row + 0.5) * side);
  }

  /** How many patch centres lie in {@code box}. */
  public int centresIn(Rect box) {
    int count = 0;
    for (int k = 0; k < size(); k++) {
      count += centreIn(k, box) ? 1 : 0;
    }
    return count;
  }

  /** A rectangle in pixels; left and top edge inside, right and bottom edge outside. */
  public record Rect(double x0, double y0, double x1, double y1) {
    /** Whether the point lies in it. */
    public boolean contains(double x, double y) {
      return x >= x0 && x < x1 && y >= y0 && y < y1;
    }

    /** The same in pixels of the model's input; may reach beyond it. */
    public Rect placed(Placement by) {
      return new Rect(by.x(x0), by.y(y0), by.x(x1), by.y(y1));
    }

    /** The part within {@code [0,width) x [0,height)}; may be empty. */
    public Rect clip(double width, double height) {
      return new Rect(
          Math.clamp(x0, 0, width), Math.clamp(y0, 0, height),
          Math.clamp(x1, 0, width), Math.clamp(y1, 0, height));
    }

    /** 0 when it is empty. */
    public double area() {
      return Math.max(0, x1 - x0) * Math.max(0, y1 - y0);
    }
  }
}
