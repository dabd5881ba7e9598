package dev.filip.train;

import dev.filip.config.RunConfig;
import dev.filip.data.ShardWriter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Twenty real shards of five noise pictures, and runs over them in four lanes. */
final class TinyShards {
  private TinyShards() {}

  /** Writes them; gives the folder. */
  static String write(Path folder) throws IOException {
    return write(folder, 1);
  }

  /** The same with so many captions a picture. */
  static String write(Path folder, int captions) throws IOException {
    try (ShardWriter writer = new ShardWriter(folder, 5)) {
      for (int i = 0; i < 100; i++) {
        String lines = "number " + i + " of " + i % 7;
        for (int c = 1; c < captions; c++) {
          lines += "\ntext " + c + " of number " + i;
        }
        byte[] caption = lines.getBytes(StandardCharsets.UTF_8);
        writer.add("k" + i, Map.of("png", png(i), "txt", caption));
      }
    }
    return folder.toString();
  }

  private static byte[] png(int seed) throws IOException {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64; i++) {
      image.setRGB(i % 8, i / 8, random.nextInt());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  /** {@link TinyData}'s model on the shards of a folder. */
  static RunConfig config(String folder, int steps, String... sets) {
    return TinyData.config(
        "late",
        steps,
        Stream.concat(
                Stream.of(
                    "data={train: " + folder + ", lanes: 4, window: 40, distinct: true}",
                    "evaluate.every=0"),
                Stream.of(sets))
            .toArray(String[]::new));
  }

  /** What a disk does that fails: every shard but the first is cut short. */
  static void damage(String folder) throws IOException {
    try (Stream<Path> shards = Files.list(Path.of(folder))) {
      for (Path shard :
          shards.filter(p -> p.toString().endsWith(".tar")).sorted().skip(1).toList()) {
        Files.write(shard, new byte[(int) Files.size(shard)]);
      }
    }
  }
}
