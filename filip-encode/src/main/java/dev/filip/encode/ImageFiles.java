package dev.filip.encode;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Single images named by the user: here an unreadable one is an error. Stateless. */
public final class ImageFiles {
  private ImageFiles() {}

  static Embedder.Picture read(Embedder model, Path file) {
    try {
      return prepare(model, Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new BadInput("cannot read image " + file + ": " + e, e);
    }
  }

  public static Embedder.Picture prepare(Embedder model, byte[] image, String name) {
    try {
      return model.prepare(image);
    } catch (Embedder.Unreadable e) {
      throw new BadInput("image " + name + " cannot be used: " + e.reason(), e);
    }
  }
}
