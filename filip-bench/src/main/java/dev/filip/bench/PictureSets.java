package dev.filip.bench;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Generated pictures as published data sets lie on disk, for {@code bench/imagenet.sh} and {@code
 * bench/zeroshot.sh}; class names are ImageNet's.
 *
 * <p>Arguments: {@code imagenet} FOLDER IMAGES SIDE (class folders of {@code val}, and captions to
 * learn a tokenizer from), or {@code webdataset} FOLDER IMAGES WIDTH HEIGHT CLASSES TEMPLATES (as
 * CLIP_benchmark exports them; TEMPLATES is a file).
 */
public final class PictureSets {
  private static final int CAPTIONED = 256;
  private static final int SHARDS = 8; // the peer's workers want one each

  private PictureSets() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]);
    int images = Integer.parseInt(args[2]);
    if (args[0].equals("imagenet")) {
      imagenet(folder, images, Integer.parseInt(args[3]));
    } else {
      int classes = Integer.parseInt(args[5]);
      Files.createDirectories(folder);
      Files.copy(Path.of(args[6]), folder.resolve("zeroshot_classification_templates.txt"));
      webdataset(folder, images, Integer.parseInt(args[3]), Integer.parseInt(args[4]), classes);
    }
  }

  /** WNID and name of every class. */
  private static List<String[]> classes() throws IOException {
    try (InputStream in =
        PictureSets.class.getResourceAsStream("/dev/filip/data/known/imagenet.tsv")) {
      if (in == null) {
        throw new IOException("no class names of ImageNet");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .toList();
    }
  }

  private static void imagenet(Path folder, int images, int side) throws IOException {
    List<String[]> classes = classes();
    for (String[] one : classes) {
      Files.createDirectories(folder.resolve("sets/imagenet/val").resolve(one[0]));
    }
    for (int i = 0; i < images; i++) {
      String name = String.format(Locale.ROOT, "ILSVRC2012_val_%08d.JPEG", i + 1);
      String wnid = classes.get(i % classes.size())[0];
      Files.write(
          folder.resolve("sets/imagenet/val").resolve(wnid).resolve(name), jpeg(i, side, side));
    }
    Path captions = Files.createDirectories(folder.resolve("captions"));
    for (int i = 0; i < CAPTIONED; i++) {
      int first = i;
      List<String> lines =
          IntStream.iterate(first, c -> c < classes.size(), c -> c + CAPTIONED)
              .mapToObj(c -> "a good photo of a " + classes.get(c)[1] + ". I like it.")
              .toList();
      Files.write(captions.resolve(i + ".txt"), lines);
      Files.write(captions.resolve(i + ".jpg"), jpeg(i, side, side));
    }
  }

  private static void webdataset(Path folder, int images, int width, int height, int classes)
      throws IOException {
    List<String> names = classes().stream().limit(classes).map(one -> one[1]).toList();
    Files.write(folder.resolve("classnames.txt"), names);
    Path test = Files.createDirectories(folder.resolve("test"));
    Files.writeString(test.resolve("nshards.txt"), SHARDS + "\n");
    for (int shard = 0; shard < SHARDS; shard++) {
      shard(test.resolve(shard + ".tar"), shard, images, width, height, classes);
    }
  }

  private static void shard(Path out, int first, int images, int width, int height, int classes)
      throws IOException {
    try (OutputStream file = Files.newOutputStream(out);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(file)) {
      for (int i = first; i < images; i += SHARDS) {
        String key = String.format(Locale.ROOT, "s%07d", i);
        put(tar, key + ".cls", Integer.toString(i % classes).getBytes(StandardCharsets.UTF_8));
        put(tar, key + ".jpg", jpeg(i, width, height));
      }
    }
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  /** Ellipses and grain: about as many bytes as a photograph of that size. */
  private static byte[] jpeg(int seed, int width, int height) throws IOException {
    Random random = new Random(seed);
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = picture.createGraphics();
    for (int i = 0; i < 24; i++) {
      pen.setColor(new Color(random.nextInt(1 << 24)));
      int w = 1 + random.nextInt(width);
      int h = 1 + random.nextInt(height);
      pen.fillOval(random.nextInt(width) - w / 2, random.nextInt(height) - h / 2, w, h);
    }
    pen.dispose();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        picture.setRGB(x, y, picture.getRGB(x, y) ^ (random.nextInt() & 0x0F0F0F));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, "jpeg", bytes);
    return bytes.toByteArray();
  }
}
