package dev.filip.eval;

import dev.filip.encode.PatchLayout;
import dev.filip.encode.PatchLayout.Rect;
import dev.filip.image.Placement;
import java.util.List;
import java.util.stream.DoubleStream;

/** Where a thing is: the union of its boxes, in pixels. */
record Region(List<Rect> boxes) {
  Region {
    boxes = List.copyOf(boxes);
  }

  /** The part that a model sees, in pixels of its input; may be empty. */
  Region seen(Placement map, PatchLayout layout) {
    double width = (double) layout.columns() * layout.side();
    double height = (double) layout.rows() * layout.side();
    return new Region(
        boxes.stream()
            .map(box -> box.placed(map).clip(width, height))
            .filter(box -> box.area() > 0)
            .toList());
  }

  boolean isEmpty() {
    return boxes.isEmpty();
  }

  /** Whether patch k's centre lies in one of the boxes. */
  boolean holds(PatchLayout layout, int k) {
    return boxes.stream().anyMatch(box -> layout.centreIn(k, box));
  }

  /** How many patch centres lie in it. */
  int centres(PatchLayout layout) {
    int count = 0;
    for (int k = 0; k < layout.size(); k++) {
      count += holds(layout, k) ? 1 : 0;
    }
    return count;
  }

  /** Square pixels of the union. */
  double area() {
    if (boxes.size() == 1) {
      return boxes.getFirst().area();
    }
    double[] xs = edges(boxes.stream().flatMapToDouble(b -> DoubleStream.of(b.x0(), b.x1())));
    double[] ys = edges(boxes.stream().flatMapToDouble(b -> DoubleStream.of(b.y0(), b.y1())));
    double area = 0;
    for (int i = 0; i + 1 < xs.length; i++) {
      for (int j = 0; j + 1 < ys.length; j++) {
        double x = (xs[i] + xs[i + 1]) / 2;
        double y = (ys[j] + ys[j + 1]) / 2;
        boolean in = boxes.stream().anyMatch(box -> box.contains(x, y));
        area += in ? (xs[i + 1] - xs[i]) * (ys[j + 1] - ys[j]) : 0;
      }
    }
    return area;
  }

  private static double[] edges(DoubleStream all) {
    return all.sorted().distinct().toArray();
  }
}
