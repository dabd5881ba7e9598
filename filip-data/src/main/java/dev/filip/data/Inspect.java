package dev.filip.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.ImageHeader;
import dev.filip.image.PackedImage;
import dev.filip.image.UndecodableImage;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a source holds; every image is decoded.
 *
 * @param samples all, the unreadable ones included
 * @param unreadable reason to count
 * @param examples the first unreadable ones, {@code key: reason}
 * @param kinds file kind to count
 * @param captionWords words of the captions
 * @param duplicateImages samples whose image bytes occurred before
 * @param duplicateCaptions captions that occurred before
 * @param withoutCaption samples with no caption
 * @param labels class to count, for classification sets
 * @param imageBytes of all files
 */
public record Inspect(
    String source,
    long samples,
    Map<String, Integer> unreadable,
    List<String> examples,
    Map<String, Integer> kinds,
    Spread width,
    Spread height,
    long captions,
    Spread captionCharacters,
    Spread captionWords,
    Spread captionsPerSample,
    int duplicateImages,
    long duplicateCaptions,
    int withoutCaption,
    Map<Integer, Integer> labels,
    long imageBytes) {
  private static final int EXAMPLES = 20;

  /** Least, median, mean and most of some counts; zeros when there are none. */
  public record Spread(int min, int median, double mean, int max) {
    static Spread of(List<Integer> values) {
      if (values.isEmpty()) {
        return new Spread(0, 0, 0, 0);
      }
      List<Integer> sorted = values.stream().sorted().toList();
      double mean = sorted.stream().mapToLong(Integer::longValue).average().orElse(0);
      return new Spread(
          sorted.getFirst(), sorted.get((sorted.size() - 1) / 2), mean, sorted.getLast());
    }

    private ObjectNode toJson() {
      return Json.object().put("min", min).put("median", median).put("mean", mean).put("max", max);
    }
  }

  /** Reads and decodes all of a source. */
  public static Inspect of(SampleSource source, @Nullable Progress progress) {
    Counter counter = new Counter();
    for (long i = 0; i < source.size(); i++) {
      counter.add(source, i);
      if (progress != null) {
        progress.step();
      }
    }
    return counter.result(source);
  }

  /** All unreadable samples. */
  public int unreadableTotal() {
    return unreadable.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The answer of {@code filip data inspect --json}. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("source", source).put("samples", samples).put("unreadable", unreadableTotal());
    json.set("unreadable_by_reason", Json.mapper().valueToTree(unreadable));
    json.set("unreadable_examples", Json.mapper().valueToTree(examples));
    json.set("kinds", Json.mapper().valueToTree(kinds));
    json.set("width", width.toJson());
    json.set("height", height.toJson());
    json.put("image_bytes", imageBytes);
    json.put("captions", captions);
    json.put("without_caption", withoutCaption);
    json.set("caption_characters", captionCharacters.toJson());
    json.set("caption_words", captionWords.toJson());
    json.set("captions_per_sample", captionsPerSample.toJson());
    json.put("duplicate_images", duplicateImages);
    json.put("duplicate_captions", duplicateCaptions);
    json.set("labels", Json.mapper().valueToTree(labels));
    return json;
  }

  private static final class Counter {
    private final Map<String, Integer> unreadable = new TreeMap<>();
    private final List<String> examples = new ArrayList<>();
    private final Map<String, Integer> kinds = new TreeMap<>();
    private final Map<Integer, Integer> labels = new TreeMap<>();
    private final Map<String, Integer> images = new HashMap<>();
    private final Map<String, Integer> texts = new HashMap<>();
    private final List<Integer> widths = new ArrayList<>();
    private final List<Integer> heights = new ArrayList<>();
    private final List<Integer> characters = new ArrayList<>();
    private final List<Integer> words = new ArrayList<>();
    private final List<Integer> perSample = new ArrayList<>();
    private long bytes;
    private int withoutCaption;

    void add(SampleSource source, long index) {
      try {
        Sample sample = source.read(index);
        texts(sample);
        bytes += sample.image().length;
        images.merge(Digests.sha256(sample.image()), 1, Integer::sum);
        image(sample);
      } catch (UnreadableSample e) {
        unreadable(e.reason(), e.getMessage());
      } catch (IOException e) {
        unreadable("cannot be read", "sample " + index + ": " + e.getMessage());
      }
    }

    private void image(Sample sample) {
      try {
        ImageHeader header = ImageHeader.of(sample.image());
        kinds.merge(header.kind().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
        PackedImage image = ImageDecoder.decodePacked(sample.image(), DecodeOptions.DEFAULT);
        widths.add(image.width());
        heights.add(image.height());
      } catch (UndecodableImage e) {
        unreadable(e.reason(), sample.key() + ": " + e.getMessage());
      }
    }

    private void unreadable(String reason, @Nullable String message) {
      unreadable.merge(reason, 1, Integer::sum);
      if (examples.size() < EXAMPLES) {
        examples.add(String.valueOf(message));
      }
    }

    private void texts(Sample sample) {
      perSample.add(sample.captions().size());
      withoutCaption += sample.captions().isEmpty() ? 1 : 0;
      if (sample.label() >= 0) {
        labels.merge(sample.label(), 1, Integer::sum);
      }
      for (String caption : sample.captions()) {
        texts.merge(caption, 1, Integer::sum);
        characters.add(caption.codePointCount(0, caption.length()));
        words.add(caption.split("\\s+").length);
      }
    }

    Inspect result(SampleSource source) {
      return new Inspect(
          source.describe(),
          source.size(),
          unreadable,
          examples,
          kinds,
          Spread.of(widths),
          Spread.of(heights),
          characters.size(),
          Spread.of(characters),
          Spread.of(words),
          Spread.of(perSample),
          images.values().stream().mapToInt(n -> n - 1).sum(),
          texts.values().stream().mapToLong(n -> n - 1).sum(),
          withoutCaption,
          labels,
          bytes);
    }
  }
}
