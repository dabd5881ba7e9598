package dev.filip.generate;

import dev.filip.image.RgbImage;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Three tiny packages in the form of the real ones: twenty discs that we drew ourselves. */
public final class EmojiFixture {
  static final List<String> NAMES =
      List.of(
          "red apple",
          "guitar",
          "cat face",
          "rocket",
          "teapot",
          "umbrella",
          "violin",
          "wheel",
          "xylophone",
          "yacht",
          "zebra",
          "lemon",
          "mango",
          "onion",
          "pear",
          "quill",
          "radio",
          "sofa",
          "tulip",
          "vase");

  private EmojiFixture() {}

  /** The three files, as {@code npm pack} names them. */
  public static List<Path> write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path google = folder.resolve("emoji-datasource-google-16.0.0.tgz");
    Path twitter = folder.resolve("emoji-datasource-twitter-16.0.0.tgz");
    Path openmoji = folder.resolve("openmoji-17.0.0.tgz");
    tgz(google, raster("google"));
    tgz(twitter, raster("twitter"));
    tgz(openmoji, vector());
    return List.of(google, twitter, openmoji);
  }

  private static String hex(int i) {
    return Integer.toHexString(0x1F300 + i);
  }

  private static SequencedMap<String, byte[]> raster(String artist) throws IOException {
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < NAMES.size(); i++) {
      json.append(i > 0 ? "," : "")
          .append("{\"unified\":\"" + hex(i).toUpperCase(java.util.Locale.ROOT) + "-FE0F\",")
          .append("\"image\":\"" + hex(i) + "-fe0f.png\",")
          .append("\"short_names\":[\"" + NAMES.get(i).replace(' ', '_') + "\",\"thing_" + word(i))
          .append("\"]}");
      files.put("package/img/" + artist + "/64/" + hex(i) + "-fe0f.png", disc(i, artist));
    }
    files.put("package/emoji.json", utf8(json.append("]").toString()));
    files.put("package/package.json", utf8("{\"name\":\"emoji-datasource-" + artist + "\"}"));
    files.put("package/../../escaped.txt", utf8("never read"));
    return files;
  }

  private static SequencedMap<String, byte[]> vector() {
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < NAMES.size(); i++) {
      json.append(entry(hex(i), NAMES.get(i), "objects", "")).append(",");
      files.put(
          "package/color/svg/" + hex(i).toUpperCase(java.util.Locale.ROOT) + ".svg",
          utf8(
              "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 72 72'><circle cx='36' cy='40'"
                  + " r='20' fill='#"
                  + String.format(java.util.Locale.ROOT, "%06x", colour(i))
                  + "' stroke='#000' stroke-width='2'/></svg>"));
    }
    json.append(entry("1F44D-1F3FB", "thumbs up: light skin tone", "people-body", "1")).append(",");
    json.append(entry("E000", "extra", "extras-openmoji", "")).append(",");
    json.append(entry("1F6FF", "drawn by nobody", "objects", "")).append("]");
    files.put("package/data/openmoji.json", utf8(json.toString()));
    files.put("package/package.json", utf8("{\"name\":\"openmoji\"}"));
    return files;
  }

  private static String entry(String hex, String name, String group, String tone) {
    return "{\"hexcode\":\""
        + hex.toUpperCase(java.util.Locale.ROOT)
        + "\",\"annotation\":\""
        + name
        + "\",\"tags\":\"round, coloured, "
        + name
        + "\",\"openmoji_tags\":\"disc\",\"group\":\""
        + group
        + "\",\"skintone\":\""
        + tone
        + "\"}";
  }

  private static String word(int i) {
    return "abcdefghijklmnopqrstuvwxyz".substring(i, i + 1).repeat(3);
  }

  private static int colour(int i) {
    return Color.HSBtoRGB(i / 20f, 0.9f, 0.8f) & 0xFFFFFF;
  }

  private static byte[] disc(int i, String artist) throws IOException {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_ARGB);
    int radius = artist.equals("google") ? 20 : 14;
    for (int p = 0; p < 64 * 64; p++) {
      int dx = p % 64 - 30;
      int dy = p / 64 - 26;
      if (dx * dx + dy * dy <= radius * radius) {
        image.setRGB(p % 64, p / 64, 0xFF000000 | colour(i));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  /** A gzipped tar of these files. */
  static void tgz(Path file, SequencedMap<String, byte[]> files) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(tar(files));
    }
  }

  /** A tar of these files. */
  static byte[] tar(SequencedMap<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      for (var file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Any PNG. */
  public static byte[] png(int width, int height, int rgb) {
    byte[] bytes = new byte[3 * width * height];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (rgb >> (16 - 8 * (i % 3)));
    }
    return Png.encode(new RgbImage(width, height, bytes));
  }
}
