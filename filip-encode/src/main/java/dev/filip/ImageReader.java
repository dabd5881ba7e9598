package dev.filip;

import dev.filip.encode.Embedder;
import dev.filip.encode.ModelEmbedder;
import dev.filip.image.PackedImage;
import dev.filip.image.RgbImage;
import dev.filip.io.BadInput;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import javax.imageio.ImageIO;

/** Reads and prepares images for a model, several at a time. Safe for any thread. */
final class ImageReader {
  private final ModelEmbedder model;

  ImageReader(ModelEmbedder model) {
    this.model = model;
  }

  /**
   * All of them, in their order, on as many threads as the JVM's common pool has.
   *
   * @throws IOException when a file or stream cannot be read
   * @throws BadInput when one cannot be decoded
   */
  List<Embedder.Picture> read(List<ImageInput> images) throws IOException {
    try {
      return images.parallelStream().map(this::read).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Embedder.Picture read(ImageInput image) {
    try {
      return switch (image) {
        case ImageInput.File(var file) -> model.prepare(Files.readAllBytes(file), file.toString());
        case ImageInput.Bytes(var bytes) -> model.prepare(bytes, size(bytes));
        case ImageInput.Stream(var stream) -> {
          byte[] bytes = stream.readAllBytes();
          yield model.prepare(bytes, size(bytes));
        }
        case ImageInput.Decoded(var pixels) ->
            opaque(pixels)
                ? model.prepare(packed(pixels))
                : model.prepare(png(pixels), "given as pixels");
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String size(byte[] bytes) {
    return "given as " + bytes.length + " bytes";
  }

  /** Whether its numbers are sRGB as they stand: everything else goes the way of a file. */
  private static boolean opaque(BufferedImage image) {
    return switch (image.getType()) {
      case BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_INT_BGR, BufferedImage.TYPE_3BYTE_BGR ->
          true;
      default -> false;
    };
  }

  private static PackedImage packed(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] argb = image.getRGB(0, 0, width, height, null, 0, width);
    byte[] rgb = new byte[Math.multiplyExact(argb.length, 3)];
    for (int i = 0, at = 0; i < argb.length; i++, at += 3) {
      rgb[at] = (byte) (argb[i] >> 16);
      rgb[at + 1] = (byte) (argb[i] >> 8);
      rgb[at + 2] = (byte) argb[i];
    }
    return PackedImage.of(new RgbImage(width, height, rgb));
  }

  private static byte[] png(BufferedImage image) throws IOException {
    BufferedImage straight = image;
    if (image.isAlphaPremultiplied()) {
      straight =
          new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
      int[] argb =
          image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
      straight.setRGB(0, 0, image.getWidth(), image.getHeight(), argb, 0, image.getWidth());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!ImageIO.write(straight, "png", out)) {
      throw new BadInput("image given as pixels cannot be used: no PNG can hold its colour model");
    }
    return out.toByteArray();
  }
}
