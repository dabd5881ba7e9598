package dev.filip.encode;

import dev.filip.model.AttentionMaps;
import dev.filip.model.AttentionProbe;

/**
 * The last attention maps of a model's towers with gradients, for {@link GradCam}. Computed by the
 * weights in fp32, whatever precision encodes. Thread-safe.
 */
public interface Gradients {
  /**
   * Maps of the image tower.
   *
   * @param toward the score: {@code [n,d]} over the rows that {@link Embedder#images} gives, or
   *     {@code [d]} over the global row
   */
  AttentionMaps image(Embedder.Picture picture, AttentionProbe.Toward toward);

  /**
   * Maps of the text tower.
   *
   * @param toward the score: {@code [m,d]} over the rows that {@link Embedder#texts} gives, or
   *     {@code [d]} over the global row
   */
  AttentionMaps text(String text, AttentionProbe.Toward toward);
}
