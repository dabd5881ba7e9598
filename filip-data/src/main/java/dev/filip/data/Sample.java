package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One image, still encoded, with its texts.
 *
 * @param key name within its source, unique there
 * @param image the encoded file (JPEG, PNG, ...)
 * @param captions one or several; empty only for classification sets
 * @param label class index, or -1
 * @param metadata the {@code KEY.json} beside the image (boxes of scenes and collages), or null
 */
public record Sample(
    String key, byte[] image, List<String> captions, int label, @Nullable JsonNode metadata) {
  /** All of a sample that can be had without reading its image. */
  public record Text(String key, List<String> captions, int label, @Nullable JsonNode metadata) {
    /** With its image. */
    public Sample with(byte[] image) {
      return new Sample(key, image, captions, label, metadata);
    }
  }
}
