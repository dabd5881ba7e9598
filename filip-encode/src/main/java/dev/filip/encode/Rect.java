package dev.filip.encode;

import dev.filip.image.Placement;

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
