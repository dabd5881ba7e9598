package dev.filip.suite;

import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.encode.Embedder;
import dev.filip.encode.StoreEncoder;
import dev.filip.eval.EncodedImages;
import dev.filip.eval.EvalData;
import dev.filip.eval.Skipped;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.NativeCache;
import dev.filip.io.Outputs;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenFile.Kind;
import dev.filip.tokens.TokenStore;
import dev.filip.tokens.Tokens;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Image tokens of whole sources on disk, so that other prompts cost no image tower. A store is
 * named by the encoder, the preprocessing and the contents of every file of the source, so that it
 * is never another's; one that was being made when its process ended is gone on with, a damaged one
 * is made again. Used by one thread; processes keep out of each other's way by the store's lock.
 *
 * @param folder of the stores
 * @param type of the rows
 */
public record TokenCache(Path folder, Tokens.Type type) {
  private static final int BLOCK = 64;

  /** {@code FILIP_CACHE/tokens}, or {@code filip/tokens} in the user's cache. */
  public static Path standard() {
    String named = System.getenv("FILIP_CACHE");
    return named == null || named.isBlank()
        ? NativeCache.userCache().resolve("filip").resolve("tokens")
        : Path.of(named, "tokens");
  }

  /**
   * Images of a source with their labels, mapped from disk: valid until it is closed.
   *
   * @param encodedNow samples that had to be encoded
   * @param contents CRC32C of the files and labels, as SHA-256 in hex
   */
  public record Opened(TokenStore store, EncodedImages images, long encodedNow, String contents)
      implements Closeable {
    @Override
    public void close() {
      store.close();
    }
  }

  /**
   * Opens them, encoding what is not there yet.
   *
   * @param classes labels are below it
   * @throws BadInput for a label that is not, and where nothing can be judged
   */
  public Opened open(Embedder model, EvalData data, int classes) throws IOException {
    String contents = contents(data);
    Path place = folder.resolve(name(model, contents));
    StoreEncoder.Options options =
        new StoreEncoder.Options(
            type, false, data.limit(), StoreEncoder.Options.PART, false, data.quiet());
    long now = 0;
    if (!Files.exists(place)) {
      now = new StoreEncoder(model, data.source(), options).run(place).samples();
    }
    TokenStore store;
    try {
      store = TokenStore.open(place);
    } catch (BadInput damaged) {
      System.err.println("cached tokens are made again: " + damaged.getMessage());
      Outputs.delete(place);
      now = new StoreEncoder(model, data.source(), options).run(place).samples();
      store = TokenStore.open(place);
    }
    try {
      return new Opened(store, labelled(store, model, data, classes), now, contents);
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private String name(Embedder model, String contents) {
    String preprocessing = Json.line(model.preprocessing());
    String all = String.join("\n", model.fingerprint(), preprocessing, type.word(), contents);
    return Digests.sha256(all).substring(0, 32);
  }

  /** Everything of the samples used: keys, labels, bytes of the images. */
  private static String contents(EvalData data) {
    List<String> sums =
        LongStream.range(0, data.size())
            .parallel()
            .mapToObj(i -> sum(data.source(), data.index(Math.toIntExact(i))))
            .toList();
    MessageDigest digest = Digests.sha256();
    sums.forEach(sum -> Digests.add(digest, sum));
    return Digests.hex(digest);
  }

  private static String sum(SampleSource source, long index) {
    try {
      Sample sample = source.read(index);
      CRC32C sum = new CRC32C();
      sum.update(sample.image());
      return sample.key()
          + ' '
          + sample.label()
          + ' '
          + sample.image().length
          + ' '
          + sum.getValue();
    } catch (UnreadableSample unusable) {
      return index + " " + unusable.reason();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The store's images in order with the labels of their samples. */
  private static EncodedImages labelled(
      TokenStore store, Embedder model, EvalData data, int classes) throws IOException {
    Map<String, Integer> skipped = new TreeMap<>();
    store
        .summary()
        .path("skipped")
        .properties()
        .forEach(s -> {
          if (!s.getKey().equals("total")) {
            skipped.put(s.getKey(), s.getValue().asInt());
          }
        });
    List<TokenFile> files = store.files(Kind.IMAGES);
    List<String> keys = files.stream().flatMap(file -> file.keys().stream()).toList();
    List<Integer> labels = labels(keys, data);
    EncodedImages all =
        new EncodedImages(
            data,
            "",
            keys,
            labels,
            files.stream().filter(file -> file.size() > 0).flatMap(TokenCache::blocks).toList(),
            new Skipped(skipped),
            model.preprocessing());
    return all.classified(classes);
  }

  /** A file's images in the blocks in which they are matched. */
  private static Stream<Encoded> blocks(TokenFile file) {
    Encoded all = file.encoded();
    return IntStream.range(0, Math.ceilDiv(all.size(), BLOCK))
        .mapToObj(i -> all.slice(i * BLOCK, Math.min(all.size(), (i + 1) * BLOCK)));
  }

  private static List<Integer> labels(List<String> keys, EvalData data) throws IOException {
    Map<String, Integer> byKey = new HashMap<>();
    for (int i = 0; i < data.size(); i++) {
      try {
        Sample.Text text = data.source().text(data.index(i));
        byKey.putIfAbsent(text.key(), text.label());
      } catch (UnreadableSample unusable) {
        continue; // is not in the store either
      }
    }
    List<Integer> labels = new ArrayList<>();
    keys.forEach(key -> labels.add(byKey.getOrDefault(key, -1)));
    return labels;
  }
}
