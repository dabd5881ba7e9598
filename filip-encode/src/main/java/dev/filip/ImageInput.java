package dev.filip;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;

/** An image to be encoded, in one of four forms. Nothing is read or copied before it is encoded. */
public sealed interface ImageInput {
  /** An image file. */
  static ImageInput of(Path file) {
    return new File(file);
  }

  /** The bytes of an image file. */
  static ImageInput of(byte[] bytes) {
    return new Bytes(bytes);
  }

  /**
   * A stream of an image file's bytes, up to its end. It is read once, when the image is encoded,
   * and not closed.
   */
  static ImageInput of(InputStream stream) {
    return new Stream(stream);
  }

  /** Pixels; they give the vectors that the same pixels give in a PNG file. */
  static ImageInput of(BufferedImage image) {
    return new Decoded(image);
  }

  /** A file. */
  record File(Path file) implements ImageInput {}

  /** A file's bytes. */
  record Bytes(byte[] bytes) implements ImageInput {}

  /** A file's bytes, still to be read. */
  record Stream(InputStream stream) implements ImageInput {}

  /** Pixels. */
  record Decoded(BufferedImage image) implements ImageInput {}
}
