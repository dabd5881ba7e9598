package dev.filip.generate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.image.RgbImage;
import dev.filip.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The files of one sample by extension, in the order written.
 *
 * @param files such as {@code png}, {@code txt}, {@code json}, {@code cls}
 */
record MadeSample(SequencedMap<String, byte[]> files) {
  private static final ThreadLocal<Png> PNG = ThreadLocal.withInitial(Png::new);

  static MadeSample of(RgbImage image, List<Caption> captions, JsonNode metadata) {
    return of(image, Caption.lines(captions), metadata);
  }

  /** Captions one a line. */
  static MadeSample of(RgbImage image, String captions, JsonNode metadata) {
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    files.put("png", PNG.get().encode(image));
    files.put("txt", captions.getBytes(StandardCharsets.UTF_8));
    files.put("json", Json.line(metadata).getBytes(StandardCharsets.UTF_8));
    return new MadeSample(files);
  }

  /** The same with a class index. */
  MadeSample withClass(int label) {
    SequencedMap<String, byte[]> more = new LinkedHashMap<>(files);
    more.put("cls", Integer.toString(label).getBytes(StandardCharsets.UTF_8));
    return new MadeSample(more);
  }
}
