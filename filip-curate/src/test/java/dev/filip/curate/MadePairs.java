package dev.filip.curate;

import dev.filip.data.SampleSource;
import dev.filip.data.ShardWriter;
import dev.filip.data.SourceOptions;
import dev.filip.data.Sources;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Pictures and shards of tests. */
final class MadePairs {
  private MadePairs() {}

  /** Rectangles of a seed, as a PNG: another seed looks otherwise, another size alike. */
  static byte[] picture(int seed, int width, int height) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    for (int i = 0; i < 12; i++) {
      pen.setColor(new Color(random.nextInt(1 << 24)));
      double x = random.nextDouble();
      double y = random.nextDouble();
      pen.fillRect((int) (x * width), (int) (y * height), width / 2, height / 2);
    }
    pen.dispose();
    return AwtImages.png(image);
  }

  /** One colour. */
  static byte[] flat(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    return AwtImages.png(image);
  }

  static void add(ShardWriter writer, String key, byte[] image, String captions)
      throws IOException {
    writer.add(key, Map.of("png", image, "txt", captions.getBytes(StandardCharsets.UTF_8)));
  }

  static SampleSource open(Path place) {
    return Sources.open(place.toString(), SourceOptions.DEFAULT);
  }

  /** Keys of the samples, in order, without what names their source. */
  static List<String> keys(Path place) throws IOException {
    List<String> keys = new ArrayList<>();
    try (SampleSource kept = open(place)) {
      for (long i = 0; i < kept.size(); i++) {
        keys.add(kept.text(i).key().replaceFirst(".*/", ""));
      }
    }
    return keys;
  }

  static Path rules(Path folder, String... lines) throws IOException {
    return Files.writeString(folder.resolve("rules.yaml"), String.join("\n", lines) + "\n");
  }

  /** SHA-256 over names and bytes of all files. */
  static String sum(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : all) {
        digest.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
