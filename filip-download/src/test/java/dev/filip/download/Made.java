package dev.filip.download;

import dev.filip.image.ImageEncoder;
import dev.filip.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/** Pictures and tables of tests. */
final class Made {
  private Made() {}

  static RgbImage pixels(int seed, int width, int height) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] rgb = new byte[width * height * 3];
    byte[] colour = new byte[3];
    for (int i = 0; i < width * height; i++) {
      if (i % 17 == 0) {
        random.nextBytes(colour);
      }
      System.arraycopy(colour, 0, rgb, 3 * i, 3);
    }
    return new RgbImage(width, height, rgb);
  }

  static byte[] jpeg(int seed, int width, int height) {
    return ImageEncoder.encode(pixels(seed, width, height), ImageEncoder.Format.JPG, 90);
  }

  static byte[] png(int seed, int width, int height) {
    return ImageEncoder.encode(pixels(seed, width, height), ImageEncoder.Format.PNG, 90);
  }

  /** A PNG whose header announces more pixels than anybody has room for. */
  static byte[] pixelBomb() {
    byte[] png = png(1, 3, 3);
    ByteBuffer bytes = ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);
    CRC32 sum = new CRC32();
    sum.update(png, 12, 17);
    bytes.putInt(29, (int) sum.getValue());
    return png;
  }

  /** A table of URLs and captions. */
  static Path table(Path folder, List<String> urls) throws IOException {
    StringBuilder text = new StringBuilder("url,caption,source\n");
    for (int i = 0; i < urls.size(); i++) {
      text.append('"').append(urls.get(i)).append("\",\"picture, number ").append(i).append("\",s");
      text.append(i).append('\n');
    }
    return Files.writeString(folder.resolve("table.csv"), text);
  }

  /** Names and bytes of all files but those that tell times, as hex sums a line. */
  static String files(Path folder) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (var files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        if (!file.toString().endsWith("_stats.json")) {
          byte[] sum = dev.filip.io.Digests.sha256().digest(Files.readAllBytes(file));
          String line = file.getFileName() + " " + HexFormat.of().formatHex(sum) + "\n";
          all.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  static byte[] zeros(int size) {
    byte[] zeros = new byte[size];
    Arrays.fill(zeros, (byte) 0);
    return zeros;
  }
}
