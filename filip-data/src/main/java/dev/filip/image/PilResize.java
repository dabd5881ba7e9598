package dev.filip.image;

import dev.filip.kernel.Kernels;
import dev.filip.kernel.ResizeKernel;
import dev.filip.kernel.ResizeWeights;
import dev.filip.kernel.ResizeWeights.Filter;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code Image.resize} of PIL, byte for byte, by the Vector API where the JVM has it, else in plain
 * Java. Keeps the weights of the sizes it met. Thread-safe.
 */
public final class PilResize {
  private static final int MOST_KEPT = 1024;

  private record Axis(Filter filter, int source, int target) {}

  private final ConcurrentHashMap<Axis, ResizeWeights> kept = new ConcurrentHashMap<>();
  private final boolean vector = Kernels.haveVectors();

  /** The whole picture at another size; transparency is left out. */
  public RgbImage resize(RgbImage image, int width, int height, Resample how) {
    return resize(PackedImage.of(image), width, height, how).toRgb();
  }

  /** The whole picture at another size, four channels alike (no premultiplication). */
  public PackedImage resize(PackedImage image, int width, int height, Resample how) {
    Crop all = Crop.all(image.width(), image.height());
    return resize(image, all, width, height, how, Crop.all(width, height));
  }

  /**
   * Cuts {@code part} out, makes it {@code width} x {@code height}, and gives {@code window} of
   * that. Only the window is computed.
   */
  public PackedImage resize(
      PackedImage image, Crop part, int width, int height, Resample how, Crop window) {
    part.within(image.width(), image.height());
    window.within(width, height);
    Filter filter = how.filter();
    if (part.width() == width && part.height() == height) {
      return cut(image, part, window);
    }
    int[] pixels =
        filter == null
            ? nearest(image, part, width, height, window)
            : filtered(
                image,
                part,
                weights(filter, part.width(), width),
                weights(filter, part.height(), height),
                window);
    return new PackedImage(window.width(), window.height(), pixels, image.stored());
  }

  private static PackedImage cut(PackedImage image, Crop part, Crop window) {
    int[] out = new int[window.width() * window.height()];
    for (int y = 0; y < window.height(); y++) {
      int from = (part.y() + window.y() + y) * image.width() + part.x() + window.x();
      System.arraycopy(image.pixels(), from, out, y * window.width(), window.width());
    }
    return new PackedImage(window.width(), window.height(), out, image.stored());
  }

  private int[] filtered(
      PackedImage image, Crop part, ResizeWeights across, ResizeWeights down, Crop window) {
    var grid =
        new ResizeKernel.Grid(image.pixels(), part.y() * image.width() + part.x(), image.width());
    var wanted = new ResizeKernel.Window(window.x(), window.y(), window.width(), window.height());
    return vector
        ? ResizeKernel.vector(grid, across, down, wanted)
        : ResizeKernel.plain(grid, across, down, wanted);
  }

  private ResizeWeights weights(Filter filter, int source, int target) {
    if (kept.size() > MOST_KEPT) {
      kept.clear();
    }
    return kept.computeIfAbsent(
        new Axis(filter, source, target),
        axis -> ResizeWeights.of(axis.filter(), axis.source(), axis.target()));
  }

  private static int[] nearest(PackedImage image, Crop part, int width, int height, Crop window) {
    int[] xs = positions(part.width(), width);
    int[] ys = positions(part.height(), height);
    int[] out = new int[window.width() * window.height()];
    for (int y = 0; y < window.height(); y++) {
      int row = (part.y() + ys[window.y() + y]) * image.width() + part.x();
      for (int x = 0; x < window.width(); x++) {
        out[y * window.width() + x] = image.pixels()[row + xs[window.x() + x]];
      }
    }
    return out;
  }

  /** Adds up the step as Geometry.c's ImagingScaleAffine does, rounding errors included. */
  private static int[] positions(int source, int target) {
    int[] at = new int[target];
    double step = (double) source / target;
    double position = step * 0.5;
    for (int i = 0; i < target; i++, position += step) {
      at[i] = Math.min(source - 1, (int) position);
    }
    return at;
  }

  /** A rectangle of whole pixels. */
  record Crop(int x, int y, int width, int height) {
    /** All of a picture. */
    public static Crop all(int width, int height) {
      return new Crop(0, 0, width, height);
    }

    void within(int w, int h) {
      if (x < 0 || y < 0 || width <= 0 || height <= 0 || x + width > w || y + height > h) {
        throw new IllegalArgumentException(this + " is not inside " + w + " x " + h);
      }
    }
  }
}
