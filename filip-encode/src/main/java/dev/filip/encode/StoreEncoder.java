package dev.filip.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenFile.Kind;
import dev.filip.tokens.TokenStoreWriter;
import dev.filip.tokens.TokenWriter;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a source into a {@link dev.filip.tokens.TokenStore}: images, with their captions if they
 * are asked for, part by part. A part is a range of samples, so that its bytes do not depend on
 * what was made before it, and a run that was ended goes on with the first part that is missing.
 * Memory: one batch of pictures, and what a {@link TokenWriter} holds of one part. Used by one
 * thread.
 */
public final class StoreEncoder {
  private static final int IMAGES = 64;
  private static final int TEXTS = 256;
  private static final String SKIPPED = "skipped";

  /**
   * What is made.
   *
   * @param texts whether captions are encoded, too; those of an image that cannot be read are not
   * @param limit at most so many samples, evenly spread over the source; 0 for all
   * @param part samples of a file
   * @param force replaces a store that exists
   */
  public record Options(
      Tokens.Type type, boolean texts, int limit, int part, boolean force, boolean quiet) {
    /** Samples of a file unless another number is asked for. */
    public static final int PART = 8192;

    public Options {
      BadInput.require(limit >= 0, "limit", limit, ">= 0 (0 = all)");
      BadInput.require(part >= 1, "part", part, ">= 1");
    }
  }

  private final Embedder model;
  private final SampleSource source;
  private final Options options;
  private final int samples;
  private final TokenFile.About images;
  private final TokenFile.About texts;

  public StoreEncoder(Embedder model, SampleSource source, Options options) {
    BadInput.require(source.size() > 0, "source", source.describe(), "not empty");
    this.model = model.as(options.type);
    this.source = source;
    this.options = options;
    samples = options.limit == 0 ? source.size() : Math.min(options.limit, source.size());
    String print = Digests.sha256(Json.line(model.preprocessing()));
    String encoder = model.fingerprint();
    int d = model.width();
    images = new TokenFile.About(Kind.IMAGES, options.type, d, true, encoder, print);
    texts = new TokenFile.About(Kind.TEXTS, options.type, d, true, encoder, print);
  }

  /**
   * What was done.
   *
   * @param store {@code store.json}
   * @param samples encoded now, those of earlier runs left out
   * @param seconds for these
   */
  public record Result(JsonNode store, int samples, double seconds) {
    /** As {@code filip encode --json} answers. */
    public ObjectNode toJson() {
      ObjectNode json = store.deepCopy();
      json.put("encoded_now", samples).put("seconds", seconds);
      return json.put("images_per_second", seconds > 0 ? samples / seconds : 0);
    }
  }

  /**
   * Makes the store, or goes on with it.
   *
   * @throws BadInput where the output exists, or an unfinished one of another request does
   */
  public Result run(Path out) throws IOException {
    long begun = System.nanoTime();
    int now = 0;
    int parts = Math.ceilDiv(samples, options.part);
    Map<String, Integer> skipped = new TreeMap<>();
    try (TokenStoreWriter store = new TokenStoreWriter(out, request(), options.force);
        Progress progress = options.quiet ? null : new Progress("images", samples)) {
      for (int part = 0; part < parts; part++) {
        Optional<JsonNode> made = made(store, part);
        if (made.isEmpty()) {
          made = Optional.of(part(store, part, progress));
          now += end(part) - begin(part);
        }
        made.get()
            .path(SKIPPED)
            .properties()
            .forEach(s -> skipped.merge(s.getKey(), s.getValue().asInt(), Integer::sum));
        if (progress != null) {
          progress.to(end(part), "");
        }
      }
      List<Kind> kinds = options.texts ? List.of(Kind.IMAGES, Kind.TEXTS) : List.of(Kind.IMAGES);
      ObjectNode note = Json.object().put("source", source.describe()).put("samples", samples);
      note.set(SKIPPED, counts(skipped));
      return new Result(store.finish(parts, kinds, note), now, (System.nanoTime() - begun) / 1e9);
    }
  }

  /** All that the bytes depend on. */
  private ObjectNode request() throws IOException {
    return Json.object()
        .put("source", source.fingerprint())
        .put("samples", samples)
        .put("part", options.part)
        .put("texts", options.texts)
        .put("type", options.type.word())
        .put("width", images.d())
        .put("encoder", images.encoder())
        .put("preprocessing", images.preprocessing());
  }

  private int begin(int part) {
    return part * options.part;
  }

  private int end(int part) {
    return (int) Math.min(samples, (part + 1L) * options.part);
  }

  /** The provenance of a part that an earlier run made whole. */
  private Optional<JsonNode> made(TokenStoreWriter store, int part) throws IOException {
    if (options.texts && store.whole(texts, part).isEmpty()) {
      return Optional.empty();
    }
    return store.whole(images, part);
  }

  /** The images' file is finished last: where it is there, the texts' is. */
  private JsonNode part(TokenStoreWriter store, int part, @Nullable Progress progress)
      throws IOException {
    PictureReader reader = new PictureReader(source, model, _ -> null);
    ObjectNode note = Json.object().put("part", part).put("from", begin(part)).put("to", end(part));
    try (TokenWriter pictures = store.part(images, part);
        TokenWriter captions = options.texts ? store.part(texts, part) : null) {
      for (int from = begin(part); from < end(part); from += IMAGES) {
        int to = Math.min(from + IMAGES, end(part));
        PictureReader.Batch batch =
            reader.read(IntStream.range(from, to).map(this::index).toArray());
        if (!batch.samples().isEmpty()) {
          List<String> keys = batch.samples().stream().map(Sample::key).toList();
          pictures.append(model.images(batch.pictures()), keys);
        }
        if (captions != null) {
          captions(batch.samples(), captions);
        }
        if (progress != null) {
          progress.to(to, "");
        }
      }
      note.set(SKIPPED, counts(reader.skipped()));
      if (captions != null) {
        captions.finish(note);
      }
      pictures.finish(note);
    }
    return note;
  }

  private int index(int i) {
    return (int) ((long) i * source.size() / samples);
  }

  /** Caption c of sample KEY is called {@code KEY#c}. */
  private void captions(List<Sample> of, TokenWriter to) throws IOException {
    List<String> all = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (Sample sample : of) {
      for (int c = 0; c < sample.captions().size(); c++) {
        all.add(sample.captions().get(c));
        keys.add(sample.key() + "#" + c);
      }
    }
    for (int from = 0; from < all.size(); from += TEXTS) {
      int end = Math.min(from + TEXTS, all.size());
      Encoded encoded = model.texts(all.subList(from, end));
      to.append(encoded, keys.subList(from, end));
    }
  }

  private static ObjectNode counts(Map<String, Integer> byReason) {
    ObjectNode json = Json.object().put("total", byReason.values().stream().mapToInt(n -> n).sum());
    byReason.forEach(json::put);
    return json;
  }
}
