package dev.filip.image;

import dev.filip.kernel.AreaKernel;
import dev.filip.kernel.AreaWeights;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code cv2.resize} with {@code INTER_AREA}, byte for byte, of pictures that become smaller: what
 * img2dataset does by default. By the Vector API where that is the faster one, else in plain Java.
 * Keeps the weights of the sizes it met. Thread-safe.
 */
public final class AreaResize {
  private static final int MOST_KEPT = 1024;

  private record Axis(int source, int target) {}

  private final ConcurrentHashMap<Axis, AreaWeights> kept = new ConcurrentHashMap<>();
  private final boolean vector = AreaKernel.prefersVectors();

  /**
   * The whole picture at another size; transparency is left out.
   *
   * @param width at most the picture's
   * @param height at most the picture's
   */
  public PackedImage resize(PackedImage image, int width, int height) {
    AreaWeights across = weights(image.width(), width);
    AreaWeights down = weights(image.height(), height);
    int[] pixels =
        vector
            ? AreaKernel.vector(image.pixels(), across, down)
            : AreaKernel.plain(image.pixels(), across, down);
    return PackedImage.opaque(width, height, pixels);
  }

  private AreaWeights weights(int source, int target) {
    if (kept.size() > MOST_KEPT) {
      kept.clear();
    }
    return kept.computeIfAbsent(
        new Axis(source, target), axis -> AreaWeights.of(axis.source(), axis.target()));
  }
}
