package dev.filip.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.image.Placement;
import dev.filip.image.RgbImage;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.List;

/**
 * What judging needs of a model: pictures and texts in, unit vectors out. Safe for any thread, but
 * encoding is one at a time.
 */
public interface Embedder {
  /** What it was trained for. */
  Interaction interaction();

  /** Where its patches are. */
  PatchLayout layout();

  /** Numbers of a vector. */
  int width();

  /** The same, whose vectors are kept in a type; else they are fp32. */
  Embedder as(Tokens.Type type);

  /**
   * SHA-256 in hex over all that makes its vectors but {@link #preprocessing}, as it is now: those
   * of two fingerprints do not compare.
   */
  String fingerprint();

  /** exp of the learnt log-scale. */
  double logitScale();

  /**
   * Decodes, resizes, crops and normalises one encoded image.
   *
   * @throws Unreadable when it cannot be decoded
   */
  Picture prepare(byte[] image) throws Unreadable;

  /** Vectors of prepared images; one item each. */
  Encoded images(List<Picture> pictures);

  /** Vectors of texts, [BOS] to [EOS], cut at the model's context. */
  Encoded texts(List<String> texts);

  /** Tokens of one text as {@link #texts} encodes it. */
  Words words(String text);

  /** How images are prepared, for fingerprints. */
  ObjectNode preprocessing();

  /**
   * A prepared image.
   *
   * @param pixels normalised [3, h, w]
   * @param seen what the model sees, for pictures
   * @param map from stored pixels to these
   */
  record Picture(float[] pixels, RgbImage seen, Placement map) {}

  /** An image that cannot be used, with a reason that can be counted. */
  final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    public Unreadable(String reason, Throwable cause) {
      super(reason, cause);
    }

    /** The category, such as {@code truncated}. */
    public String reason() {
      return String.valueOf(getMessage());
    }
  }
}
