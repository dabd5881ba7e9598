package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.Sample;
import dev.filip.encode.Embedder;
import dev.filip.io.BadInput;
import dev.filip.tokens.Encoded;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Labelled images that were encoded once and are judged several times. Immutable.
 *
 * @param data where they are from
 * @param part of the data, for the fingerprint; empty for all of it
 * @param keys in order
 * @param labels one each
 * @param blocks their tokens, block by block
 * @param skipped samples of the data that are not among them
 * @param preprocessing how they were prepared
 */
public record EncodedImages(
    EvalData data,
    String part,
    List<String> keys,
    List<Integer> labels,
    List<Encoded> blocks,
    Skipped skipped,
    JsonNode preprocessing) {
  public EncodedImages {
    keys = List.copyOf(keys);
    labels = List.copyOf(labels);
    blocks = List.copyOf(blocks);
    int rows = blocks.stream().mapToInt(Encoded::size).sum();
    if (keys.size() != labels.size() || rows != keys.size()) {
      throw new IllegalArgumentException(keys.size() + " keys, " + rows + " images");
    }
  }

  /**
   * Reads and encodes them.
   *
   * @throws BadInput when there is no readable, labelled image, or a label is not of {@code
   *     classes}
   */
  public static EncodedImages of(Embedder model, EvalData data, int classes) throws IOException {
    ImageFeed feed = new ImageFeed(data, model, sample -> refuse(sample, classes));
    List<String> keys = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    List<Encoded> blocks = new ArrayList<>();
    feed.each(
        "encoding",
        batch -> {
          batch
              .samples()
              .forEach(sample -> {
                keys.add(sample.key());
                labels.add(sample.label());
              });
          blocks.add(model.images(batch.pictures()));
        });
    BadInput.require(
        !keys.isEmpty(), "source", data.source().describe(), "one with readable, labelled images");
    return new EncodedImages(data, "", keys, labels, blocks, feed.skipped(), model.preprocessing());
  }

  /** Why a sample cannot be classified, or null. */
  static @Nullable String refuse(Sample sample, int classes) {
    if (sample.label() >= classes) {
      throw BadInput.of(
          "label of " + sample.key(), sample.label(), "below the number of classes, " + classes);
    }
    return sample.label() < 0 ? "no label" : null;
  }

  /**
   * Those that have a label; the others are counted as skipped.
   *
   * @throws BadInput when there is none, or a label is not below {@code classes}
   */
  public EncodedImages classified(int classes) {
    int unlabelled = 0;
    for (int i = 0; i < keys.size(); i++) {
      BadInput.require(
          labels.get(i) < classes,
          "label of " + keys.get(i),
          labels.get(i),
          "below the number of classes, " + classes);
      unlabelled += labels.get(i) < 0 ? 1 : 0;
    }
    BadInput.require(
        unlabelled < keys.size(),
        "source",
        data.source().describe(),
        "one with readable, labelled images");
    if (unlabelled == 0) {
      return this;
    }
    TreeMap<String, Integer> reasons = new TreeMap<>(skipped.byReason());
    reasons.merge("no label", unlabelled, Integer::sum);
    EncodedImages some = only("", i -> labels.get(i) >= 0);
    return new EncodedImages(
        data, "", some.keys, some.labels, some.blocks, new Skipped(reasons), preprocessing);
  }

  /** Those whose place is chosen, block by block as they are. */
  EncodedImages only(String part, IntPredicate chosen) {
    List<String> keys = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    List<Encoded> blocks = new ArrayList<>();
    int at = 0;
    for (Encoded block : this.blocks) {
      int first = at;
      List<Encoded> parts =
          IntStream.range(0, block.size())
              .filter(i -> chosen.test(first + i))
              .peek(i -> keys.add(this.keys.get(first + i)))
              .peek(i -> labels.add(this.labels.get(first + i)))
              .mapToObj(i -> block.slice(i, i + 1))
              .toList();
      if (!parts.isEmpty()) {
        blocks.add(Encoded.join(parts));
      }
      at += block.size();
    }
    return new EncodedImages(data, part, keys, labels, blocks, skipped, preprocessing);
  }
}
