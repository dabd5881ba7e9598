package dev.filip.generate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.ShardWriter;
import dev.filip.image.RgbImage;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The files of one sample by extension, in the order written.
 *
 * @param files such as {@code png}, {@code txt}, {@code json}, {@code cls}
 * @param pixels SHA-256 of the picture's width, height (both 32 bits, high byte first) and RGB
 *     bytes
 */
record MadeSample(SequencedMap<String, byte[]> files, byte[] pixels) {
  static MadeSample of(RgbImage image, List<Caption> captions, JsonNode metadata) {
    return of(image, Caption.lines(captions), metadata);
  }

  /** Captions one a line. */
  static MadeSample of(RgbImage image, String captions, JsonNode metadata) {
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    files.put("png", Png.encode(image));
    files.put("txt", captions.getBytes(StandardCharsets.UTF_8));
    files.put("json", Json.line(metadata).getBytes(StandardCharsets.UTF_8));
    return new MadeSample(files, sum(image));
  }

  private static byte[] sum(RgbImage image) {
    MessageDigest digest = Digests.sha256();
    digest.update(ByteBuffer.allocate(8).putInt(image.width()).putInt(image.height()).array());
    return digest.digest(image.rgb());
  }

  /** The same with a class index. */
  MadeSample withClass(int label) {
    SequencedMap<String, byte[]> more = new LinkedHashMap<>(files);
    more.put("cls", Integer.toString(label).getBytes(StandardCharsets.UTF_8));
    return new MadeSample(more, pixels);
  }

  /** Adds it to a shard: keys, captions, metadata and pixels count in its sum, not PNG's bytes. */
  void writeTo(ShardWriter shards, String key) throws IOException {
    shards.add(key, files, Map.of("png", pixels));
  }
}
