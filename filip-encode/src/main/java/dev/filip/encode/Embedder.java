package dev.filip.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.Interaction;
import dev.filip.image.PackedImage;
import dev.filip.image.Placement;
import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
   * Decodes, resizes and crops one encoded image.
   *
   * @throws Unreadable when it cannot be decoded
   */
  Picture prepare(byte[] image) throws Unreadable;

  /**
   * The same of an image that a user named: there an unreadable one is an error.
   *
   * @param name what it is called in the message
   * @throws BadInput when it cannot be decoded
   */
  default Picture prepare(byte[] image, String name) {
    try {
      return prepare(image);
    } catch (Unreadable e) {
      throw new BadInput("image " + name + " cannot be used: " + e.reason(), e);
    }
  }

  /**
   * The same of a file.
   *
   * @throws BadInput when it cannot be read or decoded
   */
  default Picture prepare(Path file) {
    try {
      return prepare(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new BadInput("cannot read image " + file + ": " + Reasons.of(e), e);
    }
  }

  /** Vectors of prepared images; one item each. */
  Encoded images(List<Picture> pictures);

  /** Vectors of texts, [BOS] to [EOS], cut at the model's context. */
  Encoded texts(List<String> texts);

  /** Tokens of one text as {@link #texts} encodes it. */
  Words words(String text);

  /** How images are prepared, for fingerprints. */
  ObjectNode preprocessing();

  /**
   * A prepared image. Its numbers are normalised where the model takes them, once.
   *
   * @param pixels what the model sees
   * @param map from pixels of the decoded image to these
   * @param width of the decoded image
   * @param height of the decoded image
   */
  record Picture(PackedImage pixels, Placement map, int width, int height) {}

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
