package dev.filip.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;

/** Samples made on the fly; some can be broken. */
final class MadeSource extends LooseSource {
  private final int count;
  private final IntFunction<List<String>> texts;
  private final Set<Integer> broken;

  MadeSource(int count, IntFunction<List<String>> texts, Set<Integer> broken) {
    this.count = count;
    this.texts = texts;
    this.broken = broken;
  }

  static MadeSource of(int count) {
    return new MadeSource(count, i -> List.of("a " + i, "b " + i, "c " + i), Set.of());
  }

  @Override
  public String describe() {
    return "made";
  }

  @Override
  protected int count() {
    return count;
  }

  @Override
  protected Sample.Text text(int index) {
    return new Sample.Text("s" + index, texts.apply(index), -1, null);
  }

  @Override
  protected byte[] image(int index) {
    return broken.contains(index) ? new byte[] {1, 2, 3} : png(index);
  }

  @Override
  public List<String> classNames() {
    return List.of();
  }

  @Override
  public List<String> templates() {
    return List.of();
  }

  @Override
  public String fingerprint() {
    return "";
  }

  @Override
  public String shape() {
    return "";
  }

  @Override
  public void close() {}

  /** A small picture of noise. */
  static byte[] png(int seed) {
    var random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(13 + seed % 5, 11, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
