package dev.filip.suite;

import dev.filip.encode.Embedder;
import dev.filip.eval.EncodedImages;
import dev.filip.eval.EvalData;
import dev.filip.eval.KeptTokens;
import dev.filip.eval.Skipped;
import dev.filip.io.BadInput;
import dev.filip.io.NativeCache;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenFile.Kind;
import dev.filip.tokens.Tokens;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Image tokens of whole sources on disk ({@link KeptTokens}), so that other prompts cost no image
 * tower. Immutable.
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
   */
  public record Opened(KeptTokens kept, EncodedImages images, long encodedNow)
      implements Closeable {
    @Override
    public void close() {
      kept.close();
    }
  }

  /**
   * Opens them, encoding what is not there yet.
   *
   * @param classes labels are below it
   * @throws BadInput for a label that is not, and where nothing can be judged
   */
  public Opened open(Embedder model, EvalData data, int classes) throws IOException {
    KeptTokens kept = KeptTokens.open(model, data, type, folder);
    try {
      return new Opened(kept, labelled(kept, model, data, classes), kept.encoded());
    } catch (IOException | RuntimeException e) {
      kept.close();
      throw e;
    }
  }

  /** The store's images in order with the labels of their samples. */
  private static EncodedImages labelled(KeptTokens kept, Embedder model, EvalData data, int classes)
      throws IOException {
    List<TokenFile> files = kept.store().files(Kind.IMAGES);
    List<String> keys = files.stream().flatMap(file -> file.keys().stream()).toList();
    Map<String, Integer> labels = KeptTokens.labels(data);
    EncodedImages all =
        new EncodedImages(
            data,
            "",
            keys,
            keys.stream().map(key -> labels.getOrDefault(key, -1)).toList(),
            files.stream().filter(file -> file.size() > 0).flatMap(TokenCache::blocks).toList(),
            new Skipped(kept.skipped()),
            model.preprocessing());
    return all.classified(classes);
  }

  /** A file's images in the blocks in which they are matched. */
  private static Stream<Encoded> blocks(TokenFile file) {
    Encoded all = file.encoded();
    return IntStream.range(0, Math.ceilDiv(all.size(), BLOCK))
        .mapToObj(i -> all.slice(i * BLOCK, Math.min(all.size(), (i + 1) * BLOCK)));
  }
}
