package dev.filip.data;

import dev.filip.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A sample as the members that a webdataset shard keeps of it. Stateless. */
public final class SampleMembers {
  private SampleMembers() {}

  /**
   * By extension: the image, {@code txt} with a caption a line, and where there are such {@code
   * cls} and {@code json}.
   */
  public static Map<String, byte[]> of(Sample sample, List<String> captions) {
    Map<String, byte[]> members = new TreeMap<>();
    members.put(kind(sample.image()), sample.image());
    if (!captions.isEmpty()) {
      members.put("txt", text(captions));
    }
    if (sample.label() >= 0) {
      members.put("cls", utf8(Integer.toString(sample.label())));
    }
    if (sample.metadata() != null) {
      members.put("json", utf8(Json.line(sample.metadata())));
    }
    return members;
  }

  /** A tar's key ends at the first dot of its last part; an image's ending is no part of it. */
  public static String key(String key) {
    int last = key.lastIndexOf('/') + 1;
    int dot = key.lastIndexOf('.');
    boolean ending = dot > last && SourceFiles.isImage(key.substring(dot + 1));
    String plain = ending ? key.substring(0, dot) : key;
    String name = plain.substring(last).replace('.', '_');
    String folder = plain.substring(0, last).replaceFirst("^/+", "").replace("../", "");
    return folder + (name.startsWith("__") ? "_" : "") + (name.isEmpty() ? "_" : name);
  }

  /** The ending by the file's first bytes; decoders go by the bytes, too. */
  private static String kind(byte[] image) {
    String head = new String(image, 0, Math.min(12, image.length), StandardCharsets.ISO_8859_1);
    if (head.startsWith("\u0089PNG")) {
      return "png";
    }
    if (head.startsWith("GIF8")) {
      return "gif";
    }
    if (head.startsWith("BM")) {
      return "bmp";
    }
    return head.startsWith("RIFF") && head.endsWith("WEBP") ? "webp" : "jpg";
  }

  /** One caption a line; line ends within one become spaces. */
  static byte[] text(List<String> captions) {
    StringBuilder text = new StringBuilder();
    captions.forEach(line -> text.append(line.replaceAll("[\r\n]+", " ")).append('\n'));
    return utf8(text.toString());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
